// Engines that are to leave: they finish what they have and get nothing new.
import { openFor } from './settling.ts';
import type { State } from './state.ts';
import type { Turn } from './turn.ts';

/** An engine that is not registered is nobody's: it gets nothing anyway. */
export function onDrainStarted({ state }: Turn, uuid: string): void {
  const engine = state.engines.get(uuid);
  if (engine === undefined) return;
  engine.drained = true;
  state.pool.remove(engine);
}

export function onDrainEnded(turn: Turn, uuid: string): void {
  const engine = turn.state.engines.get(uuid);
  if (engine === undefined) return;
  engine.drained = false;
  openFor(turn, engine);
}

/** Those of the engines that still have tasks. */
export const busyOf = (state: State, uuids: readonly string[]): string[] =>
  uuids.filter((uuid) => (state.engines.get(uuid)?.running.size ?? 0) > 0);
