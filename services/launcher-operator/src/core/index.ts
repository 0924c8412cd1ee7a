export * from './effects.ts';
export { isEqual } from './equal.ts';
export { enginesOf, type LaunchHandle, type LaunchRecord, uuidOf } from './launches.ts';
export { readStatus } from './read-status.ts';
export { reconcile, refuse } from './reconcile.ts';
export * from './status.ts';
export * from './world.ts';
