export * from './harness/controller.ts';
export * from './harness/fake-client.ts';
export * from './harness/fake-engine.ts';
export * from './harness/heard.ts';
export type { Line } from './harness/line.ts';
export { nextOf } from './harness/line.ts';
export * from './harness/stage.ts';
export * from './harness/wire.ts';
export { apply, code, errorContent, taskMetadata } from './scenarios/words.ts';
