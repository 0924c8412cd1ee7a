export * from './address.ts';
export * from './effects.ts';
export * from './events.ts';
export * from './request.ts';
export * from './state.ts';
export { step } from './step.ts';
