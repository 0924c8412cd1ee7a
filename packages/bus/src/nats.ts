export type { NatsBus } from './nats/create-nats-bus.ts';
export { createNatsBus } from './nats/create-nats-bus.ts';
export type { BusCounts, BusStatus, NatsBusOptions } from './nats/options.ts';
