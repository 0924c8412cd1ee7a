// Slurm by its own commands.
import type { Job } from '../../pbs/parse-qstat.ts';
import type { BatchSystem } from '../batch-system.ts';

const waits = /^(PENDING|CONFIGURING|REQUEUED|REQUEUE_HOLD|REQUEUE_FED|RESV_DEL_HOLD|SPECIAL_EXIT|SUSPENDED|STOPPED)$/;
const runs = /^(RUNNING|COMPLETING|STAGE_OUT|SIGNALING|RESIZING)$/;

/** Lines of `squeue -h -o "%T|%r"`. */
export function parseSqueue(answer: string): Job[] {
  return answer.split('\n').flatMap((line): Job[] => {
    const [, state, reason] = /^([A-Z_]+)\|(.*)$/.exec(line.trim()) ?? [];
    if (state === undefined) return [];
    if (runs.test(state)) return [{ state: 'running', reason: '' }];
    const why = reason === '' || reason === 'None' ? '' : ` (${reason})`;
    if (waits.test(state)) return [{ state: 'queued', reason: `waits in the queue${why}` }];
    return [{ state: 'ended', reason: `is ${state.toLowerCase().replaceAll('_', ' ')}${why}` }];
  });
}

export const slurm: BatchSystem = {
  name: 'slurm',
  stem: 'Slurm',
  prefix: '#SBATCH',
  directives: {
    queue: '#SBATCH --partition={queue}',
    output: '#SBATCH --output=/dev/null',
    array: '#SBATCH --ntasks={n}',
    account: '#SBATCH --account={account}',
    qos: '#SBATCH --qos={qos}',
    timelimit: '#SBATCH --time={timelimit}',
    options: '#SBATCH {options}',
  },
  options: {
    queue: ['--partition', '-p'],
    output: ['--output', '-o'],
    array: ['--ntasks', '-n'],
    account: ['--account', '-A'],
    qos: ['--qos', '-q'],
    timelimit: ['--time', '-t'],
    options: ['{options}'],
  },
  templates: {
    controller: `#!/bin/sh
#SBATCH --export=ALL
#SBATCH --job-name=ipcontroller-{cluster_id}
#SBATCH --ntasks=1
{program_and_args}
`,
    // One that ends does not end the others.
    engine: `#!/bin/sh
#SBATCH --export=ALL
#SBATCH --job-name=ipengine-{cluster_id}
srun --kill-on-bad-exit=0 {program_and_args}
`,
  },
  engineTasks: true,
  taskVariables: [],
  jobIdIn: (said) => /Submitted batch job (\d+)/.exec(said)?.[1] ?? /^\s*(\d+)(?:;\S+)?\s*$/m.exec(said)?.[1],
  statusCommand: (jobId) => ['squeue', '-h', '-o', '%T|%r', '-j', jobId],
  jobsIn: (answer) => parseSqueue(answer),
  hasLeft: /invalid job id/i,
  listQueues: 'sinfo',
  install: 'Run this where the commands of Slurm are, or install them (Debian: apt-get install slurm-client).',
};
