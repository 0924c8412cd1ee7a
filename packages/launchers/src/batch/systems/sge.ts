// Sun Grid Engine and its children: the commands of PBS, with another prefix, and another qstat.
import type { Job } from '../../pbs/parse-qstat.ts';
import type { BatchSystem } from '../batch-system.ts';

const template = (name: string): string => `#$ -V
#$ -S /bin/sh
#$ -N ${name}
{program_and_args}
`;

/** Lines of `qstat`: number, priority, name, user, state, …; of an array one for each task that has started. */
export function parseQstatTable(answer: string, jobId: string): Job[] {
  return answer.split('\n').flatMap((line): Job[] => {
    const [number, , , , state = ''] = line.trim().split(/\s+/);
    if (number !== jobId || !/^[a-zA-Z]{1,5}$/.test(state)) return [];
    if (state.includes('E'))
      return [{ state: 'queued', reason: `has an error (${state}): qstat -j ${jobId} tells which` }];
    if (state.includes('h')) return [{ state: 'queued', reason: 'is held' }];
    if (/[sST]/.test(state)) return [{ state: 'queued', reason: 'is suspended' }];
    if (/[rtd]/.test(state)) return [{ state: 'running', reason: '' }];
    return [{ state: 'queued', reason: 'waits in the queue' }];
  });
}

export const sge: BatchSystem = {
  name: 'sge',
  stem: 'SGE',
  prefix: '#$',
  directives: { queue: '#$ -q {queue}', output: '#$ -j y\n#$ -o /dev/null', array: '#$ -t 1-{n}' },
  options: { queue: ['-q'], output: ['-o'], array: ['-t'] },
  templates: { controller: template('ipcontroller'), engine: template('ipengine') },
  engineTasks: true,
  // Without tasks it says "undefined".
  taskVariables: ['SGE_TASK_ID'],
  jobIdIn: (said) => /Your job(?:-array)? (\d+)/.exec(said)?.[1] ?? /^\s*(\d+)(?:\.\S*)?\s*$/m.exec(said)?.[1],
  statusCommand: () => ['qstat'],
  jobsIn: parseQstatTable,
  hasLeft: /do not exist|unknown job/i,
  listQueues: 'qconf -sql',
  install: 'Run this where the commands of the batch system are (Debian: apt-get install gridengine-client).',
};
