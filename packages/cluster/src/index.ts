export { Cluster, type StartOptions } from './cluster.ts';
export type { ClusterOptions } from './cluster-options.ts';
export type { ClusterChoice } from './find-place.ts';
export type { ClusterHealth, PartHealth } from './health.ts';
export type { ClusterProgress } from './progress.ts';
