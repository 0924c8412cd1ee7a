// The heart monitor (§7.2): a ping a period, consecutive misses counted, and faster pings while engines register.
import type { Effects, Inputs, TimerFired } from '@muster/machine';
import { Outbox } from '@muster/machine';
import type { HeartmonitorSend } from './effects.ts';
import type { HeartmonitorEvent } from './events.ts';
import type { Heart, HeartmonitorState } from './state.ts';

type Out = Outbox<never, HeartmonitorSend>;
const settleTimer = 'settle:';

export function step(
  state: HeartmonitorState,
  event: HeartmonitorEvent | TimerFired,
  inputs: Inputs,
): Effects<never, HeartmonitorSend> {
  const out: Out = new Outbox();
  switch (event.type) {
    case 'monitor.started':
      onBeat(state, inputs, out);
      break;
    case 'pong.received':
      onPong(state, event.uuid, event.text, inputs, out);
      break;
    case 'registration.pending':
      onPending(state, event.uuid, inputs, out);
      break;
    case 'registration.ended':
      endPending(state, event.uuid, out);
      break;
    case 'engine.registered':
      onRegistered(state, event.uuid, out);
      break;
    case 'engines.listed':
      onListed(state, event, inputs, out);
      break;
    case 'engine.unregistered':
      state.hearts.delete(event.uuid);
      break;
    case 'timer.fired':
      onTimer(state, event.id, inputs, out);
      break;
  }
  return out;
}

function onPending(state: HeartmonitorState, uuid: string, inputs: Inputs, out: Out): void {
  if (!state.pending.has(uuid)) state.pending.set(uuid, 'awaited');
  state.strangers.delete(uuid);
  probeIn(state, state.settings.firstProbeUs, inputs, out);
}

function onRegistered(state: HeartmonitorState, uuid: string, out: Out): void {
  endPending(state, uuid, out);
  state.strangers.delete(uuid);
  // One that was not known has all its misses still to make.
  if (!state.hearts.has(uuid)) state.hearts.set(uuid, { misses: 0, answered: true });
}

/**
 * What was missed of engines coming and going. A hub that has started does not know of strangers, so it is told of them
 * again; hearts that it has not listed become strangers when they beat.
 */
function onListed(
  state: HeartmonitorState,
  { uuids, pending }: Extract<HeartmonitorEvent, { type: 'engines.listed' }>,
  inputs: Inputs,
  out: Out,
): void {
  const listed = new Set(uuids);
  const awaited = new Set(pending);
  for (const uuid of state.hearts.keys()) if (!listed.has(uuid)) state.hearts.delete(uuid);
  for (const uuid of state.pending.keys()) if (!awaited.has(uuid)) endPending(state, uuid, out);
  for (const uuid of uuids) onRegistered(state, uuid, out);
  for (const uuid of pending) onPending(state, uuid, inputs, out);
  for (const uuid of state.strangers.keys()) out.send({ type: 'heart.start', uuid });
}

function onTimer(state: HeartmonitorState, id: string, inputs: Inputs, out: Out): void {
  if (id === 'beat') onBeat(state, inputs, out);
  else if (id === 'probe') onProbe(state, inputs, out);
  else if (id.startsWith(settleTimer)) onSettled(state, id.slice(settleTimer.length), out);
}

/** Once a period: who has not answered since the last beat has missed one; then the next ping. */
function onBeat(state: HeartmonitorState, inputs: Inputs, out: Out): void {
  for (const [uuid, heart] of state.hearts) {
    if (countBeat(heart) <= state.settings.maxMisses) continue;
    state.hearts.delete(uuid);
    out.send({ type: 'heart.stop', uuid });
  }
  for (const [uuid, phase] of state.pending) if (phase === 'told') out.send({ type: 'heart.start', uuid });
  for (const [uuid, heart] of state.strangers) if (countBeat(heart) > 0) state.strangers.delete(uuid);
  state.earlierPings = state.pings;
  state.pings = new Set();
  ping(state, inputs, out);
  out.setTimer('beat', inputs.nowUs + state.settings.periodUs);
}

/** Misses in a row, this beat included. */
function countBeat(heart: Heart): number {
  heart.misses = heart.answered ? 0 : heart.misses + 1;
  heart.answered = false;
  return heart.misses;
}

function ping(state: HeartmonitorState, inputs: Inputs, out: Out): void {
  const text = String((inputs.nowUs - state.startedUs) / 1e6);
  state.pings.add(text);
  out.send({ type: 'ping.publish', text });
}

function onPong(state: HeartmonitorState, uuid: string, text: string, inputs: Inputs, out: Out): void {
  if (!state.pings.has(text) && !state.earlierPings.has(text)) return;
  const known = state.hearts.get(uuid) ?? state.strangers.get(uuid);
  const phase = state.pending.get(uuid);
  if (known) known.answered = true;
  else if (phase === undefined) onStranger(state, uuid, inputs, out);
  else if (phase === 'awaited') {
    state.pending.set(uuid, 'settling');
    settleFirst(state, uuid, inputs, out);
  }
}

/**
 * An engine that was dropped and woke up, or that outlived a controller: the hub may want it back. It may be connecting anew,
 * so its other connections need their time, too.
 */
function onStranger(state: HeartmonitorState, uuid: string, inputs: Inputs, out: Out): void {
  if (state.strangers.size >= state.settings.maxStrangers) return;
  state.strangers.set(uuid, { misses: 0, answered: true });
  settleFirst(state, uuid, inputs, out);
}

function settleFirst(state: HeartmonitorState, uuid: string, inputs: Inputs, out: Out): void {
  out.setTimer(settleTimer + uuid, inputs.nowUs + state.settings.settleUs);
}

function onSettled(state: HeartmonitorState, uuid: string, out: Out): void {
  if (state.pending.get(uuid) === 'settling') state.pending.set(uuid, 'told');
  else if (!state.strangers.has(uuid)) return;
  out.send({ type: 'heart.start', uuid });
}

function endPending(state: HeartmonitorState, uuid: string, out: Out): void {
  if (state.pending.get(uuid) === 'settling') out.clearTimer(settleTimer + uuid);
  state.pending.delete(uuid);
}

/** While somebody is awaited, pings go out more often, so that nobody waits a whole period to be announced. */
function probeIn(state: HeartmonitorState, intervalUs: number, inputs: Inputs, out: Out): void {
  const dueUs = inputs.nowUs + intervalUs;
  const sooner = state.probe === undefined || dueUs < state.probe.dueUs;
  state.probe = { intervalUs, dueUs: sooner ? dueUs : state.probe!.dueUs };
  if (sooner) out.setTimer('probe', dueUs);
}

function onProbe(state: HeartmonitorState, inputs: Inputs, out: Out): void {
  const { intervalUs } = state.probe!;
  state.probe = undefined;
  if (![...state.pending.values()].includes('awaited')) return;
  ping(state, inputs, out);
  probeIn(state, Math.min(intervalUs * 2, state.settings.lastProbeUs), inputs, out);
}
