export * from './free-port.ts';
export * from './leaks.ts';
export * from './missing-part.ts';
export * from './processes.ts';
export * from './program.ts';
export * from './run-guard.ts';
export * from './temporary-folder.ts';
export * from './until.ts';
