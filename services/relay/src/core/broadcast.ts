// A flat broadcast (§2.4): one request becomes one message for each target, and the answers go back one by one or, when
// the client asks for it, gathered into one.
import type { Inputs } from '@muster/machine';
import type { Frames, Header, JsonObject } from '@muster/protocol';
import { errorContent, Message, ownBytes } from '@muster/protocol';
import { replyTypeOf } from './direct.ts';
import type { Out, RelaySend, Target } from './effects.ts';
import type { RelayEvent } from './events.ts';
import { hold } from './held.ts';
import type { Coalescing, RelayState } from './state.ts';

type Send = (effect: RelaySend) => void;

/** Starts a broadcast, or answers it with an error when it cannot be done as asked. */
export function onBroadcastRequested(
  state: RelayState,
  event: Extract<RelayEvent, { type: 'broadcast.requested' }>,
  isLast: boolean,
  inputs: Inputs,
  out: Out,
): void {
  const { client, message } = event;
  const send = (effect: RelaySend): void => out.send(effect);
  const { header, metadata } = message;
  const targets = readTargets(metadata.targets);
  const originalId =
    typeof metadata.original_msg_id === 'string' && metadata.original_msg_id !== ''
      ? metadata.original_msg_id
      : header.msg_id;
  const key = `${client}\0${originalId}`;
  const problem = findProblem(state, metadata, targets, key);
  if (targets === undefined || problem !== undefined)
    return refuse(client, message, originalId, problem ?? ['ValueError', 'no targets'], send);

  const present = targets.filter(([uuid]) => state.engines.has(uuid));
  const uuids = targets.map(([uuid]) => uuid);
  if (!isLast && present.length < targets.length && hold(state, event, uuids, inputs, out)) return;
  if (metadata.is_coalescing === true) {
    if (present.length < targets.length)
      return refuse(client, message, originalId, ['EngineError', missing(state, targets)], send);
    startCoalescing(state, key, { client, originalId, targets });
  } else {
    for (const [uuid] of targets) if (!state.engines.has(uuid)) refuseOne(client, message, originalId, uuid, send);
  }
  if (present.length === 0) return;
  send({
    type: 'engines.broadcast',
    request: {
      client,
      targets: present,
      header,
      metadata: { ...metadata, original_msg_id: originalId },
      originalId,
      parentHeader: message.frames[2]!,
      content: message.frames[4]!,
      buffers: message.buffers,
    },
  });
}

function findProblem(
  state: RelayState,
  metadata: JsonObject,
  targets: readonly Target[] | undefined,
  key: string,
): [ename: string, evalue: string] | undefined {
  if (targets === undefined) return ['ValueError', 'metadata.targets must be a list of [engine uuid, engine id]'];
  if (targets.length === 0) return ['NoEnginesRegistered', 'A broadcast needs at least one target'];
  if (metadata.is_coalescing !== true) return undefined;
  if (state.coalescing.has(key)) return ['ValueError', 'A broadcast with this msg_id is under way'];
  if (state.coalescing.size >= state.settings.maxCoalescing)
    return [
      'ResourceWarning',
      `More than ${state.settings.maxCoalescing} coalesced broadcasts are under way; wait for some of them`,
    ];
  return undefined;
}

function readTargets(value: unknown): readonly Target[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const seen = new Set<unknown>();
  for (const target of value) {
    if (!Array.isArray(target) || typeof target[0] !== 'string' || typeof target[1] !== 'number') return undefined;
    if (seen.has(target[0])) return undefined;
    seen.add(target[0]);
  }
  return value as unknown as readonly Target[];
}

const missing = (state: RelayState, targets: readonly Target[]): string => {
  const ids = targets.filter(([uuid]) => !state.engines.has(uuid)).map(([, id]) => id);
  return `No such engine: ${ids.join(', ')}; it has stopped, or was lost`;
};

/** Answers the whole request. */
function refuse(
  client: string,
  request: Message,
  originalId: string,
  [ename, evalue]: readonly [string, string],
  send: Send,
): void {
  answerError(client, request, request.header, originalId, errorContent(ename, evalue), send);
}

/** Answers for one target of a request that is not coalesced: the client waits for `<original>_<uuid>`. */
function refuseOne(client: string, request: Message, originalId: string, uuid: string, send: Send): void {
  const parent: Header = { ...request.header, msg_id: `${originalId}_${uuid}` };
  const content = errorContent('EngineError', `No engine ${uuid} is registered: it has stopped, or was lost`);
  answerError(client, request, parent, originalId, content, send);
}

function answerError(
  client: string,
  request: Message,
  parentHeader: Header,
  originalId: string,
  content: object,
  send: Send,
): void {
  const coalescing = request.metadata.is_coalescing === true;
  const targets = readTargets(request.metadata.targets) ?? [];
  send({
    type: 'client.answer',
    channel: 'broadcast',
    client,
    replyType: replyTypeOf(request),
    parentHeader,
    metadata: {
      status: 'error',
      is_broadcast: true,
      is_coalescing: coalescing,
      original_msg_id: originalId,
      ...(coalescing && { broadcast_targets: targets.map((pair) => [...pair]) }),
    },
    content,
    buffers: [],
  });
}

function startCoalescing(
  state: RelayState,
  key: string,
  request: Pick<Coalescing, 'client' | 'originalId' | 'targets'>,
): void {
  const waiting = new Set(request.targets.map(([uuid]) => uuid));
  state.coalescing.set(key, { ...request, waiting, buffers: new Map(), failure: undefined, bytes: 0 });
  for (const uuid of waiting) {
    const keys = state.waitingFor.get(uuid) ?? new Set();
    state.waitingFor.set(uuid, keys.add(key));
  }
}

/** An engine's answer: passed on as it is, or kept until the last one is there. */
export function onBroadcastReplied(
  state: RelayState,
  event: Extract<RelayEvent, { type: 'broadcast.replied' }>,
  send: Send,
): void {
  const { engine, client, message } = event;
  if (message.metadata.is_coalescing !== true)
    return send({ type: 'client.send', channel: 'broadcast', client, frames: message.toWire() });
  const key = `${client}\0${message.metadata.original_msg_id}`;
  const gathered = state.coalescing.get(key);
  if (gathered === undefined && !state.ended.has(key)) return answerOrphan(state, key, event, send);
  if (!gathered?.waiting.delete(engine))
    return send({ type: 'message.drop', where: 'broadcast of an engine', why: 'nobody waits for this answer' });
  forget(state, engine, key);
  keep(state, gathered, engine, message);
  if (gathered.waiting.size === 0) finish(state, key, gathered, message, send);
  else if (state.coalescedBytes > state.settings.maxCoalescedBytes) overflow(state, key, gathered, message, send);
}

/** Some relay before this one was gathering: what it had is lost, so the client is told with the first answer that comes. */
function answerOrphan(
  state: RelayState,
  key: string,
  { engine, client, message }: Extract<RelayEvent, { type: 'broadcast.replied' }>,
  send: Send,
): void {
  noteEnded(state, key);
  const evalue = 'The relay was restarted while it gathered the replies to this broadcast; send it again';
  send({
    type: 'client.answer',
    channel: 'broadcast',
    client,
    header: message.header,
    parentHeader: message.parentHeader,
    metadata: { ...message.metadata, status: 'error', broadcast_targets: [[engine, null]] },
    content: errorContent('EngineError', evalue),
    buffers: [],
  });
}

const endedLimit = 10_000;

function noteEnded({ ended }: RelayState, key: string): void {
  ended.add(key);
  if (ended.size > endedLimit) ended.delete(ended.keys().next().value!);
}

function keep(state: RelayState, gathered: Coalescing, engine: string, message: Message): void {
  if (message.content.status !== 'ok') gathered.failure ??= new Message(message.frames.map(ownBytes));
  // After a failure the client gets that alone: no need to keep the others' data.
  const kept = gathered.failure ? [] : message.buffers.map(ownBytes);
  gathered.buffers.set(engine, kept);
  const bytes = kept.reduce((sum, frame) => sum + frame.length, 0);
  gathered.bytes += bytes;
  state.coalescedBytes += bytes;
}

/** One answer for all: the failure, if there is one; else the last reply with the buffers of all (§2.4). */
function finish(state: RelayState, key: string, gathered: Coalescing, last: Message, send: Send): void {
  const { failure, targets, buffers } = gathered;
  const all = failure ? [] : targets.flatMap(([uuid]) => buffers.get(uuid) ?? []);
  answerGathered(state, key, gathered, failure ?? last, (failure ?? last).content, all, send);
}

/** The replies together are larger than we keep: an error instead of running out of memory. */
function overflow(state: RelayState, key: string, gathered: Coalescing, last: Message, send: Send): void {
  const limit = Math.round(state.settings.maxCoalescedBytes / 2 ** 20);
  const advice = `The gathered replies exceed ${limit} MiB: gather without coalescing, or fetch less at once`;
  answerGathered(state, key, gathered, last, errorContent('MemoryError', advice), [], send);
}

function answerGathered(
  state: RelayState,
  key: string,
  gathered: Coalescing,
  model: Message,
  content: object,
  buffers: Frames,
  send: Send,
): void {
  drop(state, key, gathered);
  send({
    type: 'client.answer',
    channel: 'broadcast',
    client: gathered.client,
    header: model.header,
    parentHeader: model.parentHeader,
    metadata: { ...model.metadata, broadcast_targets: gathered.targets.map((pair) => [...pair]) },
    content,
    buffers,
  });
}

/** An engine is gone: clients fail what it had by themselves (§4.3), so what was gathered is dropped. */
export function onBroadcastEngineLost(state: RelayState, uuid: string): void {
  for (const key of [...(state.waitingFor.get(uuid) ?? [])]) drop(state, key, state.coalescing.get(key)!);
}

function drop(state: RelayState, key: string, gathered: Coalescing): void {
  state.coalescing.delete(key);
  noteEnded(state, key);
  state.coalescedBytes -= gathered.bytes;
  for (const uuid of gathered.waiting) forget(state, uuid, key);
}

function forget(state: RelayState, uuid: string, key: string): void {
  const keys = state.waitingFor.get(uuid);
  if (keys?.delete(key) && keys.size === 0) state.waitingFor.delete(uuid);
}
