export { type LauncherOperatorValues, launcherOperatorSettings } from './config.ts';
export { openLauncherOperator } from './open-operator.ts';
export type { LauncherOperatorService } from './service.ts';
