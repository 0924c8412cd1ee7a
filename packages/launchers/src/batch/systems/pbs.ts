// Torque, OpenPBS, and Slurm's commands of the same names.
import { hasLeft, jobNumber, parseQstat } from '../../pbs/parse-qstat.ts';
import type { BatchSystem } from '../batch-system.ts';

const template = (name: string): string => `#!/bin/sh
#PBS -V
#PBS -N ${name}
{program_and_args}
`;

export const pbs: BatchSystem = {
  name: 'pbs',
  stem: 'PBS',
  prefix: '#PBS',
  directives: { queue: '#PBS -q {queue}', output: '#PBS -j oe\n#PBS -o /dev/null', array: '#PBS -t 1-{n}' },
  options: { queue: ['-q'], output: ['-o'], array: ['-t', '-J'] },
  templates: { controller: template('ipcontroller'), engine: template('ipengine') },
  engineTasks: true,
  taskVariables: ['PBS_ARRAYID', 'PBS_ARRAY_INDEX', 'SLURM_ARRAY_TASK_ID'],
  jobIdIn: (said) =>
    said
      .split('\n')
      .map((line) => line.trim())
      .findLast((line) => jobNumber(line) !== undefined),
  statusCommand: (jobId) => ['qstat', '-f', jobId],
  jobsIn: (answer, jobId) => {
    const number = baseOf(jobId);
    return [...parseQstat(answer)].flatMap(([id, job]) => (baseOf(id) === number ? [job] : []));
  },
  hasLeft,
  listQueues: 'qstat -Q',
  install:
    'Run this where the commands of the batch system are, or install them (Debian, for Slurm: apt-get install slurm-wlm-torque).',
  versions: {
    command: ['qsub', '--version'],
    array: (answer) => (/pbs_version|PBSPro|OpenPBS/i.test(answer) ? '#PBS -J 1-{n}' : '#PBS -t 1-{n}'),
  },
};

/** `8` of `8[].server` and `8[3]`. */
const baseOf = (jobId: string): string => /^\d+/.exec(jobId)?.[0] ?? jobId;
