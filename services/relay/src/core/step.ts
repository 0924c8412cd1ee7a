// The relay: direct and control requests mirrored, broadcasts spread out and gathered, iopub passed on (§2).
import type { Effects, Inputs, TimerFired } from '@muster/machine';
import { Outbox } from '@muster/machine';
import { encodeText, type Frames, findDelimiter } from '@muster/protocol';
import { onBroadcastEngineLost, onBroadcastReplied, onBroadcastRequested } from './broadcast.ts';
import { onClientSent, onEngineSent } from './direct.ts';
import { onEngineDismissed } from './dismissal.ts';
import type { Out, RelaySend } from './effects.ts';
import type { RelayEvent } from './events.ts';
import type { Retry } from './held.ts';
import { heldTimer, onHeldListed, onHeldTimeout, releaseHeld } from './held.ts';
import { onProbeAsked, onRequestLost } from './probe.ts';
import type { RelayState } from './state.ts';

export function step(state: RelayState, event: RelayEvent | TimerFired, inputs: Inputs): Effects<never, RelaySend> {
  const out: Out = new Outbox();
  const send = (effect: RelaySend): void => out.send(effect);
  const request: Retry = (event, isLast) => {
    if (event.type === 'client.sent') onClientSent(state, event, isLast, inputs, out);
    else onBroadcastRequested(state, event, isLast, inputs, out);
  };
  switch (event.type) {
    case 'client.sent':
    case 'broadcast.requested':
      request(event, false);
      break;
    case 'engine.sent':
      onEngineSent(state, event, out);
      break;
    case 'broadcast.replied':
      onBroadcastReplied(state, event, send);
      break;
    case 'engine.published':
      onPublished(event.frames, send);
      break;
    case 'probe.asked':
      onProbeAsked(event, out);
      break;
    case 'request.lost':
      onRequestLost(event, out);
      break;
    case 'engine.dismissed':
      onEngineDismissed(event, out);
      break;
    case 'engine.registered':
      state.engines.add(event.uuid);
      releaseHeld(state, out, request);
      break;
    case 'engine.unregistered':
      onUnregistered(state, event.uuid);
      break;
    case 'engines.listed':
      onListed(state, event.uuids);
      releaseHeld(state, out, request);
      onHeldListed(state, out, request);
      break;
    case 'timer.fired':
      if (event.id === heldTimer) onHeldTimeout(state, inputs, out, request);
      break;
  }
  return out;
}

function onUnregistered(state: RelayState, uuid: string): void {
  state.engines.delete(uuid);
  onBroadcastEngineLost(state, uuid);
}

/** What was missed of engines coming and going. */
function onListed(state: RelayState, uuids: readonly string[]): void {
  const listed = new Set(uuids);
  for (const uuid of state.engines) if (!listed.has(uuid)) onUnregistered(state, uuid);
  for (const uuid of uuids) state.engines.add(uuid);
}

/** Everything goes to all clients unchanged; the hub gets what it may store (§2.5, §5.3). */
function onPublished(frames: Frames, send: (effect: RelaySend) => void): void {
  const at = findDelimiter(frames, 1);
  if (at < 0 || frames.length - at < 6)
    return send({ type: 'message.drop', where: 'iopub', why: 'not [topic] <IDS|MSG> …' });
  send({ type: 'clients.publish', frames });
  if (at === 0 || !isStatusTopic(frames[0]!)) send({ type: 'iopub.copy', frames, at });
}

const statusEnd = encodeText('.status');

/** `engine.3.status`: two thirds of what engines publish, and of no interest to the hub. */
function isStatusTopic(topic: Uint8Array): boolean {
  const start = topic.length - statusEnd.length;
  if (start < 0) return false;
  for (let i = 0; i < statusEnd.length; i++) if (topic[start + i] !== statusEnd[i]) return false;
  return true;
}
