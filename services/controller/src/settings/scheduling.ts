// How tasks find their engines (§6.2).
import type { SettingsTable } from '@muster/config';
import { hwmSetting } from '@muster/config';

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
    ...hwmSetting,
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
