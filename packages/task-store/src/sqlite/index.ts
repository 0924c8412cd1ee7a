export type { StoreTrouble } from '../batched/batched-store.ts';
export { createSqliteTaskStore } from './store.ts';
