// Engines that beat and were never registered here: those of an earlier controller on the same ports that this one has not taken
// over. Python's pings keep them alive and idle for ever (§12.12); here they are told to end, as nobody can reach them.
import type { Inputs } from '@muster/machine';
import type { PeerId } from '@muster/protocol';
import type { StoredEngine } from '@muster/task-store';
import type { Out } from './effects.ts';
import type { HubState } from './state.ts';

export const strangerTimer = 'stranger/';
const mostStrangers = 10_000;

/** Engines of an earlier controller, which this one does not take over. */
export function onReused(state: HubState, former: readonly StoredEngine[]): void {
  for (const { uuid, id } of former) state.former.set(uuid, id);
}

/** A registration may still be under way. */
export function onStranger(state: HubState, uuid: string, inputs: Inputs, out: Out): void {
  const { dismissAfterMs } = state.settings;
  if (dismissAfterMs === 0 || state.gone.has(uuid) || state.strangers.has(uuid)) return;
  if (state.strangers.size >= mostStrangers) return;
  const id = state.former.get(uuid);
  if (id !== undefined) state.zombies.set(id, uuid);
  state.strangers.add(uuid);
  out.setTimer(strangerTimer + uuid, inputs.nowUs + dismissAfterMs * 1000);
}

/** It is one of ours. */
export function befriend(state: HubState, uuid: string, out: Out): void {
  if (state.strangers.delete(uuid)) out.clearTimer(strangerTimer + uuid);
}

export function onStrangerTimer(state: HubState, uuid: string, out: Out): void {
  if (!state.strangers.delete(uuid)) return;
  out.send({ type: 'engine.dismiss', engineUuid: uuid });
  const what = 'an engine that nobody registered here is told to end';
  const remedy = 'with --restore a controller takes the engines of the one before';
  out.send({ type: 'note', level: 'warn', what, fields: { engineUuid: uuid, remedy } });
}

/** True when this goodbye is that of an engine of an earlier controller. Its nanny tells no more than the number (§4.9). */
export function isEcho(state: HubState, peer: PeerId, id: number | null): boolean {
  return id !== null && !state.byUuid.has(peer) && state.zombies.delete(id);
}
