export * from './create-thread.ts';
export type { HeartbeatPorts, ThreadBinding } from './messages.ts';
