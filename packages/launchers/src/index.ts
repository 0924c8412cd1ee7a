export * from './dask-scheduler.ts';
export * from './engine-launcher.ts';
export type { EnginePrograms } from './engine-program.ts';
export * from './local.ts';
export * from './local-engines.ts';
export * from './port.ts';
export type { SiteAddress } from './sites/site.ts';
export * from './sites/sites.ts';
export { createSshEngineLauncher, type SshHandle, type SshSpec } from './ssh-engines.ts';
