// A real Slurm over machines, with qsub, qstat and qdel on the first of them.
import { randomBytes } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { find, pbsCommandsIn, pbsPluginIn } from '@muster/provision';
import { until } from '@muster/testkit';
import type { Machine } from './machines.ts';
import { cgroupConfig, mungeSocket, plugStackConfig, slurmConfig } from './slurm-config.ts';

export interface Slurm {
  /** Where qsub is. */
  readonly head: Machine;
  /** Name of its only queue. */
  readonly queue: string;
}

const pbsCommands = ['qsub', 'qstat', 'qdel'];

/**
 * Starts Slurm on the machines: the first takes jobs, all run them, `cpus` at once each. Rejects with its log when it does
 * not come up. It ends with the machines.
 */
export async function createSlurm(machines: readonly Machine[], cpus = 4): Promise<Slurm> {
  const head = machines[0]!;
  const part = await find('slurm');
  if (!part.present) throw new Error(`${part.title} is missing (${part.why})`);
  const mungeKey = randomBytes(128).toString('base64');
  const files = {
    'slurm.conf': slurmConfig(machines, cpus),
    'cgroup.conf': cgroupConfig,
    'plugstack.conf': plugStackConfig(await realpath(pbsPluginIn(part.folder))),
  };
  const write = (path: string, text: string): string =>
    `cat >${path} <<'END OF FILE'\n${text.trimEnd()}\nEND OF FILE\n`;
  const common = [
    'mkdir -p /etc/slurm /run/munge && umask 077',
    write('/run/munge/key', mungeKey),
    'umask 022 && chmod 755 /run/munge',
    ...Object.entries(files).map(([name, text]) => write(`/etc/slurm/${name}`, text)),
    startMunge,
  ];
  const onHead: string[] = [];
  for (const command of pbsCommands) {
    const text = await readFile(join(pbsCommandsIn(part.folder), command), 'latin1');
    onHead.push(write(`/usr/bin/${command}`, text), `chmod 755 /usr/bin/${command}`);
  }
  onHead.push(daemon('slurmctld -D -i'));
  await Promise.all(
    machines.map((machine) => {
      const script = ['set -e', ...common, ...(machine === head ? onHead : []), daemon(`slurmd -D -N ${machine.name}`)];
      return machine.must('exec sh', { input: script.join('\n') });
    }),
  );
  await untilIdle(machines);
  return { head, queue: 'batch' };
}

const daemon = (command: string): string =>
  `setsid ${command} >/var/tmp/${command.split(' ')[0]}.out 2>&1 </dev/null &`;

const startMunge = `${daemon(
  `munged --foreground --force --socket=${mungeSocket} --key-file=/run/munge/key --pid-file=/run/munge/pid --log-file=/run/munge/log --seed-file=/run/munge/seed`,
)}
rounds=0
until munge -S ${mungeSocket} -n >/dev/null 2>&1; do
  rounds=$((rounds + 1))
  [ $rounds -lt 100 ] || { cat /var/tmp/munged.out; exit 1; }
  sleep 0.05
done`;

async function untilIdle(machines: readonly Machine[]): Promise<void> {
  const head = machines[0]!;
  const idle = async (): Promise<boolean> =>
    (await head.run('sinfo -h -o "%T %D"')).stdout.trim() === `idle ${machines.length}`;
  try {
    await until(idle, { what: `Slurm with ${machines.length} machines`, timeoutMs: 20_000, everyMs: 100 });
  } catch (cause) {
    const logs = await Promise.all(
      machines.map(
        async ({ name, run }) => `${name}:\n${(await run('sinfo; tail -n 20 /var/tmp/*.out /var/tmp/*.log')).output}`,
      ),
    );
    throw new Error(`Slurm does not come up:\n${logs.join('\n')}`, { cause });
  }
}
