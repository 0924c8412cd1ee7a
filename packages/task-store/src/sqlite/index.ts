export type { StoreTrouble } from '../batched/batched-store.ts';
export type { FileNote } from './file/open-file.ts';
export { createSqliteTaskStore } from './store.ts';
