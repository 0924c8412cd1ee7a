export * from './machines.ts';
export type { Network } from './network.ts';
export * from './slurm.ts';
