export type { KeptPublisherOptions } from './kept/publisher.ts';
export { createKeptPublisher } from './kept/publisher.ts';
export type { KeptReceiver, KeptReceiverOptions } from './kept/receiver.ts';
export { createKeptReceiver } from './kept/receiver.ts';
