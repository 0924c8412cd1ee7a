// A room for a cluster: namespaces of processes, mounts and networks of its own. All that is started, mounted or
// configured in it ends with its first process, however this run ends; only control groups and the cable have to be removed
// by hand, which a keeper outside of the room does.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Program } from '@muster/testkit';
import { runVariable, startProgram, until } from '@muster/testkit';

export interface Room {
  /** Unique on this machine, and fit for the name of an interface: one of that name is removed with the room. */
  readonly name: string;
  /** Path of the control group of all pods, below the root of each hierarchy. */
  readonly cgroup: string;
  /** Process id of the first process: the handle of its namespaces. */
  readonly pid: number;
  /** The argv that runs a command in the room. */
  inside(argv: readonly string[]): string[];
  /** Kills everything in the room and waits until nothing of it is left. */
  stop(): Promise<void>;
}

// The kubelet wants these for the whole machine. In the room they are plain files that have the wanted values already.
const kernelSettings = {
  'vm/overcommit_memory': 1,
  'kernel/panic': 10,
  'kernel/panic_on_oops': 1,
  'kernel/keys/root_maxkeys': 1_000_000,
  'kernel/keys/root_maxbytes': 25_000_000,
};

const firstProcess = `
set -e
folder=$1
mount --make-rshared /
mount -t tmpfs tmpfs /run
mkdir -p /run/netns "$folder/log"
mount --bind "$folder/log" /var/log
mkdir /run/settings
set_for_room() {
  file=/run/settings/$(echo "$1" | tr / -)
  echo "$2" > "$file" && mount --bind "$file" "/proc/sys/$1"
}
${Object.entries(kernelSettings)
  .map(([name, value]) => `set_for_room ${name} ${value}`)
  .join('\n')}
ip link set lo up
echo 1 > /proc/sys/net/ipv4/ip_forward
echo the room is open
set +e
# Waiting, the shell also buries the orphans of the room.
sleep infinity &
wait $!
`;

// Lives in a session of its own without the run's tag, so that it can clean up after a run that was killed.
const keeper = `
name=$1 folder=$2
groups() { ls -d /sys/fs/cgroup/*/"$name" /sys/fs/cgroup/"$name" 2>/dev/null; }
# All pods together would else get no more of the processors than one process of this machine.
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  mkdir /sys/fs/cgroup/"$name" || exit 1
  [ ! -e /sys/fs/cgroup/"$name"/cpu.weight ] || echo 2000 > /sys/fs/cgroup/"$name"/cpu.weight
else
  for hierarchy in /sys/fs/cgroup/*/; do
    mkdir "$hierarchy$name" || exit 1
    for file in cpuset.cpus cpuset.mems; do
      [ ! -e "$hierarchy$file" ] || cat "$hierarchy$file" > "$hierarchy$name/$file"
    done
    [ ! -e "$hierarchy$name/cpu.shares" ] || echo 20480 > "$hierarchy$name/cpu.shares"
  done
fi
echo kept
cat > /dev/null
# Connections that are still closing would keep the room's network, and with it the cable, for a minute.
ip link delete "$name" 2>/dev/null
for round in $(seq 100); do
  for group in $(groups); do find "$group" -depth -type d -exec rmdir {} + 2>/dev/null; done
  [ -n "$(groups)" ] || break
  sleep 0.1
done
rm -rf -- "$folder"
[ -z "$(groups)" ]
`;

interface Keeper {
  finish(): Promise<void>;
}

async function startKeeper(name: string, folder: string): Promise<Keeper> {
  const { [runVariable]: _, ...env } = process.env;
  const child = spawn('/bin/sh', ['-c', keeper, 'room-keeper', name, folder], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: '/',
    env,
  });
  const ended = new Promise<number | null>((done) => child.on('close', done));
  const isUp = new Promise((done) => child.stdout.once('data', done));
  const failed = ended.then((code) => Promise.reject(new Error(`control groups cannot be made (${code})`)));
  failed.catch(() => {});
  await Promise.race([isUp, failed]);
  return {
    async finish() {
      child.stdin.end();
      const code = await ended;
      if (code !== 0) throw new Error(`the control groups ${name} could not be removed`);
    },
  };
}

async function childOf(program: Program): Promise<number> {
  const path = `/proc/${program.pid}/task/${program.pid}/children`;
  return Number((await readFile(path, 'utf8')).trim().split(' ')[0]);
}

/** Opens a room; `folder` is removed with it. Needs root. */
export async function openRoom(folder: string): Promise<Room> {
  const name = `muster-${randomBytes(4).toString('hex')}`;
  const keeping = await startKeeper(name, folder);
  const namespaces = ['--mount', '--pid', '--net', '--uts', '--ipc', '--fork', '--kill-child', '--mount-proc'];
  const program = await startProgram(['unshare', ...namespaces, 'sh', '-c', firstProcess, 'room', folder]);
  try {
    await program.says('the room is open');
  } catch (error) {
    await program.stop({ signal: 'SIGKILL' });
    await keeping.finish();
    throw error;
  }
  const pid = await childOf(program);
  return {
    name,
    cgroup: `/${name}`,
    pid,
    inside: (argv) => ['nsenter', `--target=${pid}`, '--mount', '--pid', '--net', '--uts', '--ipc', ...argv],
    async stop() {
      // Its parent hears of the first process's end when all others of the room are gone.
      if (program.exit === undefined) process.kill(pid, 'SIGKILL');
      await until(() => program.exit !== undefined, { what: 'the room is empty', timeoutMs: 20_000 });
      await program.stop();
      await keeping.finish();
    },
  };
}
