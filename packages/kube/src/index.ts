export type { AccessOptions } from './access.ts';
export * from './api.ts';
export { isAlreadyExists, isConflict, KubeError } from './errors.ts';
export { connectKube } from './http-api.ts';
export * from './objects.ts';
