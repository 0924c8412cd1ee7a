export type { RunningDask, StartDask } from './adapters/dask.ts';
export * from './config.ts';
export type { EngineStateFile, HubService, HubServiceOptions } from './service.ts';
export { createHubService } from './service.ts';
