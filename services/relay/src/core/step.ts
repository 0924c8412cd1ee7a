// The relay: direct and control requests mirrored, broadcasts spread out and gathered, iopub passed on (§2).
import type { Effects, Inputs, TimerFired } from '@muster/machine';
import { Outbox } from '@muster/machine';
import { decodeLatin1, type Frames, findDelimiter } from '@muster/protocol';
import { onBroadcastEngineLost, onBroadcastReplied, onBroadcastRequested } from './broadcast.ts';
import { onClientSent, onEngineSent } from './direct.ts';
import type { RelaySend } from './effects.ts';
import type { RelayEvent } from './events.ts';
import type { RelayState } from './state.ts';

export function step(state: RelayState, event: RelayEvent | TimerFired, _inputs: Inputs): Effects<never, RelaySend> {
  const out = new Outbox<never, RelaySend>();
  const send = (effect: RelaySend): void => out.send(effect);
  switch (event.type) {
    case 'client.sent':
      onClientSent(state, event, send);
      break;
    case 'engine.sent':
      onEngineSent(event, send);
      break;
    case 'broadcast.requested':
      onBroadcastRequested(state, event.client, event.message, send);
      break;
    case 'broadcast.replied':
      onBroadcastReplied(state, event, send);
      break;
    case 'engine.published':
      onPublished(event.frames, send);
      break;
    case 'engine.registered':
      state.engines.add(event.uuid);
      break;
    case 'engine.unregistered':
      state.engines.delete(event.uuid);
      onBroadcastEngineLost(state, event.uuid);
      break;
  }
  return out;
}

/** Everything goes to all clients unchanged; the hub gets what it may store (§2.5, §5.3). */
function onPublished(frames: Frames, send: (effect: RelaySend) => void): void {
  const at = findDelimiter(frames, 1);
  if (at < 0 || frames.length - at < 6)
    return send({ type: 'message.drop', where: 'iopub', why: 'not [topic] <IDS|MSG> …' });
  send({ type: 'clients.publish', frames });
  if (at === 1 && isStatusTopic(frames[0]!)) return;
  send({ type: 'iopub.copy', frames: at === 0 ? frames : frames.slice(1) });
}

/** `engine.3.status`: two thirds of what engines publish, and of no interest to the hub. */
function isStatusTopic(topic: Uint8Array): boolean {
  return topic.length < 256 && decodeLatin1(topic).endsWith('.status');
}
