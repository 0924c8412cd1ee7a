export type { Door } from './doors.ts';
export * from './effects.ts';
export * from './events.ts';
export { isKeptOutput } from './output.ts';
export * from './settings.ts';
export type { Ask, Asker, Engine, HubCounts, HubState, PendingTask } from './state.ts';
export { countsOf, createHubState, leftovers, refOf } from './state.ts';
export * from './step.ts';
