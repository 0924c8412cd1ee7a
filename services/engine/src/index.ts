export { listEngineKernels } from './list-engine-kernels.ts';
export { runEngine } from './run.ts';
export type { EngineValues } from './settings.ts';
export { engineSettings } from './settings.ts';
