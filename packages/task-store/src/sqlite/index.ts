export type { StoreTrouble } from '../batched/batched-store.ts';
export * from './store.ts';
