export * from './logger.ts';
export * from './throttled-warn.ts';
