// How tasks find their engines (§6.2).
import type { SettingsTable } from '@muster/config';

export const schedulingSettings = {
  scheme: {
    name: 'TaskScheduler.scheme_name',
    flags: ['scheme'],
    type: 'choice',
    choices: ['leastload', 'lru', 'plainrandom', 'twobin', 'weighted', 'pure'],
    default: 'leastload',
    group: 'Tasks',
    placeholder: 'SCHEME',
    description: 'How the task scheduler chooses an engine.',
  },
  hwm: {
    name: 'TaskScheduler.hwm',
    flags: ['hwm'],
    type: 'integer',
    default: 1,
    min: 0,
    max: 1_000_000_000,
    unit: 'tasks',
    group: 'Tasks',
    description: 'Tasks that an engine may have at a time; 0 for no limit.',
  },
  python: {
    name: 'IPController.python',
    flags: ['python'],
    env: 'MUSTER_PYTHON',
    type: 'text',
    default: null,
    group: 'Tasks',
    advanced: true,
    placeholder: 'PROGRAM',
    description:
      'The Python that runs the dask scheduler of become_dask. Default: that of an active environment, else the one that started this program, else python3.',
  },
} as const satisfies SettingsTable;
