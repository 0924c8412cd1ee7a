export type { Answerer, AskOptions, Bus, OnSubscriberError } from './bus.ts';
export type { EngineList, EngineLister, EngineListerOptions } from './engine-lister.ts';
export { createEngineLister } from './engine-lister.ts';
export * from './facts.ts';
export { createInProcessBus } from './in-process.ts';
export * from './questions.ts';
