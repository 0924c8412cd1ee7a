export * from './controller.ts';
export * from './run.ts';
export * from './settings.ts';
