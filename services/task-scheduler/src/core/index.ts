export * from './client-address.ts';
export { busyOf } from './draining.ts';
export * from './effects.ts';
export * from './events.ts';
export * from './inspect.ts';
export * from './limits.ts';
export * from './state.ts';
export * from './step.ts';
export * from './terms.ts';
