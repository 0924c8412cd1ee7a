export * from './cluster/cluster.ts';
