export type { StoreTrouble } from '../batched/batched-store.ts';
export { buildMongoAddress } from './address.ts';
export { createMongoTaskStore } from './store.ts';
