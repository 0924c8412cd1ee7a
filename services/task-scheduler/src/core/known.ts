import type { State } from './state.ts';

/** The task is unfinished here, or how it ended is remembered. */
export const isKnown = (state: State, msgId: string): boolean =>
  state.tasks.has(msgId) || state.memory.get(msgId) !== undefined;

/** Serial of the engine on which a task ran: one that nobody has, when that is gone; 0 when it never ran. */
export const hostOf = (state: State, engineUuid: string): number =>
  engineUuid === '' ? 0 : (state.engines.get(engineUuid)?.serial ?? state.nextSerial++);
