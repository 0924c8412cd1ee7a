export type { PodsLauncherOptions, PodsSpec } from './pods-launcher.ts';
export { createPodsLauncher } from './pods-launcher.ts';
