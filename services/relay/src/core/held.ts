// Requests for engines that the relay does not know: a client may hear of an engine before the relay does, so the hub is asked
// before they are refused. Only where services run apart (engineWaitUs).
import type { Inputs } from '@muster/machine';
import type { Out } from './effects.ts';
import type { Held, RelayState } from './state.ts';

export const heldTimer = 'held';

/** Does the request again what its event does; `isLast`: it is to be refused now if its engines are not there. */
export type Retry = (event: Held['event'], isLast: boolean) => void;

/** True when the request waits now; false when it is to be refused. */
export function hold(
  state: RelayState,
  event: Held['event'],
  engines: readonly string[],
  inputs: Inputs,
  out: Out,
): boolean {
  const { engineWaitUs, maxHeld, maxHeldBytes } = state.settings;
  const frames = event.type === 'client.sent' ? event.frames : event.message.frames;
  const sizeBytes = frames.reduce((sum, frame) => sum + frame.length, 0);
  if (engineWaitUs === 0 || state.held.length >= maxHeld || state.heldBytes + sizeBytes > maxHeldBytes) return false;
  const untilUs = inputs.nowUs + engineWaitUs;
  if (state.held.length === 0) out.setTimer(heldTimer, untilUs);
  state.held.push({ event, engines, sizeBytes, untilUs, lists: 0 });
  state.heldBytes += sizeBytes;
  out.send({ type: 'engines.ask' });
  return true;
}

/** An engine is there: what waited for it goes on, before anything that comes later. */
export function releaseHeld(state: RelayState, out: Out, retry: Retry): void {
  if (state.held.length === 0) return;
  take(state, ({ engines }) => engines.every((uuid) => state.engines.has(uuid)), out, retry);
}

/** A list that was asked for before the request came may be too old: only the second one without its engine counts. */
export function onHeldListed(state: RelayState, out: Out, retry: Retry): void {
  for (const held of state.held) held.lists++;
  take(state, ({ lists }) => lists > 1, out, retry);
  if (state.held.length > 0) out.send({ type: 'engines.ask' });
}

export function onHeldTimeout(state: RelayState, inputs: Inputs, out: Out, retry: Retry): void {
  take(state, ({ untilUs }) => untilUs <= inputs.nowUs, out, retry);
  const [oldest] = state.held;
  if (oldest !== undefined) out.setTimer(heldTimer, oldest.untilUs);
}

function take(state: RelayState, isDue: (held: Held) => boolean, out: Out, retry: Retry): void {
  const due = state.held.filter(isDue);
  if (due.length === 0) return;
  state.held = state.held.filter((held) => !due.includes(held));
  for (const { sizeBytes } of due) state.heldBytes -= sizeBytes;
  if (state.held.length === 0) out.clearTimer(heldTimer);
  for (const { event } of due) retry(event, true);
}
