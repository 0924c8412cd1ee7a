// Which services there are as programs. Each is loaded only when it is the one to run.
import type { SettingsOf, SettingsTable, SharedServiceValues } from '@muster/config';
import { launcherOperatorSettings } from '@muster/launcher-operator/settings';
import type { StartPart } from './part.ts';
import { heartmonitorSettings, hubSettings, relaySettings, taskSchedulerSettings } from './settings.ts';
import type { ServiceProgram } from './start.ts';

export interface ServiceCommand {
  /** One sentence. */
  readonly about: string;
  readonly table: SettingsTable;
  /** Runs it with values of that table, until a signal ends it; see runService. */
  run(values: SettingsOf<SettingsTable>): Promise<number>;
}

function define<T extends SettingsTable>(
  name: ServiceProgram<SharedServiceValues>['name'],
  about: string,
  table: T,
  load: () => Promise<{ readonly start: StartPart<SettingsOf<T> & SharedServiceValues> }>,
  options: Pick<ServiceProgram<SharedServiceValues>, 'keepsFacts'> = {},
): ServiceCommand {
  return {
    about,
    table,
    run: async (values) =>
      (await import('./run.ts')).runService({ name, load, ...options }, values as SettingsOf<T> & SharedServiceValues),
  };
}

export const serviceCommands = {
  hub: define(
    'hub',
    'Registers engines, answers questions about tasks, and keeps their records in MongoDB.',
    hubSettings,
    () => import('./services/hub.ts'),
  ),
  'task-scheduler': define(
    'task-scheduler',
    'Hands load-balanced tasks to engines that are free.',
    taskSchedulerSettings,
    () => import('./services/task-scheduler.ts'),
    { keepsFacts: true },
  ),
  relay: define(
    'relay',
    'Passes direct, control and broadcast messages on, and what engines publish.',
    relaySettings,
    () => import('./services/relay.ts'),
    { keepsFacts: true },
  ),
  heartmonitor: define(
    'heartmonitor',
    'Finds out which engines are alive.',
    heartmonitorSettings,
    () => import('./services/heartmonitor.ts'),
  ),
  'launcher-operator': define(
    'launcher-operator',
    'Turns ClusterProfiles into engines, and writes the connection files.',
    launcherOperatorSettings,
    () => import('./services/launcher-operator.ts'),
  ),
} as const satisfies Record<string, ServiceCommand>;

export type ServiceCommandName = keyof typeof serviceCommands;
