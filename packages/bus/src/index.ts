export type { Answerer, AskOptions, Bus, OnSubscriberError } from './bus.ts';
export * from './facts.ts';
export { createInProcessBus } from './in-process.ts';
export * from './questions.ts';
