export * from './cluster/api-server.ts';
export * from './cluster/cluster.ts';
