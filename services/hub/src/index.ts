export type { RunningDask, StartDask } from './adapters/dask.ts';
export * from './config.ts';
export type { EngineState } from './core/index.ts';
export { parseEngineState } from './core/index.ts';
export type { EngineStateFile, HubService, HubServiceOptions, LeftBehind } from './service.ts';
export { createHubService } from './service.ts';
