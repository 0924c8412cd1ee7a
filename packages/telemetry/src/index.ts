export * from './log-file.ts';
export * from './log-output.ts';
export * from './logger.ts';
export * from './metrics.ts';
export * from './open-files.ts';
export * from './process-metrics.ts';
export * from './throttled-warn.ts';
export * from './watch-server.ts';
