// The hub's list of engines: its truth against what facts have told here, some of which may have been missed.
import { onRegistered, onUnregistered } from './engines.ts';
import type { EnginesListed } from './events.ts';
import { review, settle } from './settling.ts';
import type { Turn } from './turn.ts';

/** Takes the difference over. */
export function onEnginesListed(turn: Turn, { engines, pending }: EnginesListed): void {
  const { state } = turn;
  const there = new Set([...engines.map(({ uuid }) => uuid), ...pending]);
  for (const engine of [...state.engines.values()])
    if (!there.has(engine.uuid)) {
      onUnregistered(turn, engine);
      settle(turn);
    }
  for (const engine of engines) {
    onRegistered(turn, engine);
    settle(turn);
  }
}

/** What these tasks name and is not known by now is not there. */
export function onTargetsChecked(turn: Turn, msgIds: readonly string[]): void {
  const { state } = turn;
  for (const msgId of msgIds) {
    const task = state.tasks.get(msgId);
    if (task === undefined || !state.unsure.has(task) || state.unsure.get(task) !== undefined) continue;
    state.unsure.delete(task);
    task.sure = true;
    review(turn, task);
  }
}
