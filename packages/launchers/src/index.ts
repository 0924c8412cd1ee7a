export * from './dask-scheduler.ts';
export * from './engine-launcher.ts';
export * from './local.ts';
export * from './port.ts';
