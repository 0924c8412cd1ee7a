// The docker daemon of these tests: the one that runs on this machine, else one of our own in a room of its own.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { linkRoom } from '@muster/kubernetes-e2e/link';
import type { Room } from '@muster/kubernetes-e2e/room';
import { openRoom } from '@muster/kubernetes-e2e/room';
import { dockerAnswers, mustRun, runningDocker } from '@muster/provision';
import { runProgram, startProgram, temporaryFolder, until } from '@muster/testkit';

export interface Docker {
  readonly socket: string;
  /** Where ports that containers publish answer, for this machine and for containers; undefined: the gateway of their network. */
  readonly address: string | undefined;
  /** Nothing where the daemon is not ours. */
  readonly own: OwnDaemon | undefined;
}

interface OwnDaemon {
  /** Ends the daemon and all that is in its room. */
  stop(): Promise<void>;
  /** What is there of it, as lines for people: processes, mounts, control groups, the interface, the folder. */
  left(): Promise<string[]>;
}

/** Testcontainers takes the daemon from the environment, which this sets. */
export async function openDocker(): Promise<Docker> {
  const running = await runningDocker();
  const docker = running === undefined ? await startDocker() : { socket: running, address: undefined, own: undefined };
  process.env.DOCKER_HOST = `unix://${docker.socket}`;
  if (docker.address !== undefined) process.env.TESTCONTAINERS_HOST_OVERRIDE = docker.address;
  return docker;
}

const settings = (folder: string, { cgroup }: Room): object => ({
  hosts: [`unix://${folder}/docker.sock`],
  'data-root': `${folder}/data`,
  'exec-root': '/run/docker',
  pidfile: '/run/docker.pid',
  'storage-driver': 'overlay2',
  'cgroup-parent': cgroup,
  'oom-score-adjust': 0,
  'log-level': 'warn',
});

async function startDocker(): Promise<Docker> {
  const folder = (await temporaryFolder('docker')).path;
  const room = await openRoom(folder);
  try {
    const { node: address } = await linkRoom(room);
    // In memory: images are read once, and a disk that others use is slow to sync.
    const data = join(folder, 'data');
    await mkdir(data);
    await mustRun(room.inside(['mount', '-t', 'tmpfs', 'tmpfs', data]));
    const file = join(folder, 'daemon.json');
    await writeFile(file, JSON.stringify(settings(folder, room)));
    const daemon = await startProgram(room.inside(['/usr/sbin/dockerd', '--config-file', file]));
    const socket = join(folder, 'docker.sock');
    await until(async () => daemon.exit !== undefined || (await dockerAnswers(socket)), {
      what: () => `the docker daemon answers. It said:\n${daemon.output}`,
      timeoutMs: 60_000,
      everyMs: 100,
    });
    if (daemon.exit !== undefined) throw new Error(`the docker daemon ended:\n${daemon.output}`);
    return {
      socket,
      address,
      own: {
        async stop() {
          await room.stop();
          await daemon.stop();
        },
        left: () => leftOf(room, folder),
      },
    };
  } catch (error) {
    await room.stop();
    throw error;
  }
}

/** Namespaces that nobody is in end by themselves; a process or a mount would keep them. */
const traces = `
name=$1 folder=$2
for file in $(grep -lsaFe "$folder" /proc/[0-9]*/cmdline /proc/[0-9]*/mountinfo); do
  pid=\${file#/proc/}; pid=\${pid%/*}
  [ $pid = $$ ] || [ ! -e /proc/$pid ] || echo "process $pid: $(tr '\\0' ' ' < /proc/$pid/cmdline)"
done
ip -oneline link show | grep -F "$name"
find /sys/fs/cgroup -name "$name"
ls -d "$folder" 2>/dev/null
true
`;

async function leftOf(room: Room, folder: string): Promise<string[]> {
  const { stdout } = await runProgram(['/bin/sh', '-c', traces, 'traces', room.name, folder]);
  return stdout.split('\n').filter((line) => line !== '');
}
