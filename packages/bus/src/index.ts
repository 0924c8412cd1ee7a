export * from './bus.ts';
export * from './facts.ts';
