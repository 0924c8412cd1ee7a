// The mirror of mux and control (§2.2): two ids swapped, everything else byte for byte.

import type { Inputs } from '@muster/machine';
import type { Frames, Message } from '@muster/protocol';
import { delimiter, equalBytes, errorContent, readMessage, toPeerId } from '@muster/protocol';
import { isForNobody } from './dismissal.ts';
import type { Out } from './effects.ts';
import type { RelayEvent } from './events.ts';
import { hold } from './held.ts';
import { probeOf } from './probe.ts';
import type { RelayState } from './state.ts';

type ClientSent = Extract<RelayEvent, { type: 'client.sent' }>;
type EngineSent = Extract<RelayEvent, { type: 'engine.sent' }>;

/** An id, then the delimiter, then at least five frames: anything else would put peers out of step. */
const isMirrored = (frames: ClientSent['frames']): boolean =>
  frames.length >= 7 && frames[0]!.length <= 255 && equalBytes(frames[1]!, delimiter);

/** The one array that is made for a message. */
function withId(frames: Frames, id: Uint8Array): Frames {
  const swapped = frames.slice();
  swapped[0] = id;
  return swapped;
}

/** `isLast`: it has waited for its engine already. */
export function onClientSent(state: RelayState, event: ClientSent, isLast: boolean, inputs: Inputs, out: Out): void {
  const { channel, client, frames } = event;
  if (!isMirrored(frames))
    return out.send({ type: 'message.drop', where: `${channel} of a client`, why: 'not [engine] <IDS|MSG> …' });
  const engine = toPeerId(frames[0]!);
  if (!state.engines.has(engine)) {
    if (!isLast && hold(state, event, [engine], inputs, out)) return;
    return refuse(channel, client, engine, readMessage(frames, 1), out);
  }
  out.send({ type: 'request.pass', channel, engine, frames: withId(frames, state.bytesOf(client)) });
}

export function onEngineSent(state: RelayState, { channel, engine, frames }: EngineSent, out: Out): void {
  if (!isMirrored(frames))
    return out.send({ type: 'message.drop', where: `${channel} of an engine`, why: 'not [client] <IDS|MSG> …' });
  const client = toPeerId(frames[0]!);
  if (channel === 'control' && isForNobody(client)) return;
  const probe = channel === 'mux' ? probeOf(client) : undefined;
  if (probe !== undefined) return out.send({ type: 'probe.answer', engine, probe, frames: frames.slice(1) });
  out.send({ type: 'reply.pass', channel, engine, client, frames: withId(frames, state.bytesOf(engine)) });
}

/** A request for an engine that is not there would never be answered: we answer it. */
function refuse(channel: 'mux' | 'control', client: string, engine: string, request: Message, out: Out): void {
  out.send({
    type: 'client.answer',
    channel,
    client,
    replyType: replyTypeOf(request),
    parentHeader: request.header,
    metadata: { status: 'error', engine },
    content: errorContent('EngineError', `No engine ${engine} is registered: it has stopped, or was lost`),
    buffers: [],
    unverified: request,
  });
}

/** Clients accept only apply_reply and execute_reply on mux and broadcast (§4). */
export function replyTypeOf(request: Message): string {
  const type = request.header.msg_type;
  return type.endsWith('_request') ? type.replace(/_request$/, '_reply') : 'apply_reply';
}
