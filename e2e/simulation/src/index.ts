export { runApart } from './apart/run.ts';
export type { RunOptions, RunResult } from './run.ts';
export { runSeed } from './run.ts';
