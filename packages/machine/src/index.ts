export * from './machine.ts';
export * from './ports.ts';
export * from './runner.ts';
export * from './story.ts';
export * from './virtual.ts';
