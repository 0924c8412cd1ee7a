// history_request, db_request and purge_request (§4.7): questions about the store as a whole.
import type { Inputs } from '@muster/machine';
import type { JsonObject } from '@muster/protocol';
import { keyErrorValue } from '@muster/protocol';
import type { TaskQuery } from '@muster/task-store';
import { askStore } from './asks.ts';
import type { Out } from './effects.ts';
import type { StoreAnswer } from './events.ts';
import { fail, reply } from './reply.ts';
import type { Ask, Asker, HubState } from './state.ts';

type AnswerOf<T extends StoreAnswer['type']> = Extract<StoreAnswer, { type: T }>;

export const onHistoryRequest = (state: HubState, asker: Asker, inputs: Inputs, out: Out): void =>
  askStore(state, { ...asker, type: 'history' }, { type: 'history' }, inputs, out);

export const onHistoryAnswer = (ask: Ask, { msgIds }: AnswerOf<'history'>, out: Out): void =>
  reply(out, ask, 'history_reply', { history: msgIds });

export function onDbRequest(
  state: HubState,
  asker: Asker,
  query: JsonObject,
  keys: readonly string[] | null,
  inputs: Inputs,
  out: Out,
): void {
  askStore(state, { ...asker, type: 'db', keys }, { type: 'query', query, keys }, inputs, out);
}

/** Buffers go record by record: those of the request, then those of the result; only when they were asked for. */
export function onDbAnswer(ask: Extract<Ask, { type: 'db' }>, { records }: AnswerOf<'records'>, out: Out): void {
  const asked = (key: string): boolean => ask.keys?.includes(key) ?? false;
  const content = {
    records: records.map((record) => record.fields),
    buffer_lens: asked('buffers') ? records.map((record) => record.buffers.length) : null,
    result_buffer_lens: asked('result_buffers') ? records.map((record) => record.resultBuffers.length) : null,
  };
  const buffers = records.flatMap((record) => [...record.buffers, ...record.resultBuffers]);
  reply(out, ask, 'db_reply', content, { buffers });
}

/** All is checked before anything goes. Only the store is purged: counts and lists of queues stay as they are. */
export function onPurgeRequest(
  state: HubState,
  asker: Asker,
  msgIds: 'all' | readonly string[],
  engineIds: readonly number[],
  inputs: Inputs,
  out: Out,
): void {
  const refuse = (evalue: string): void => fail(out, asker, 'purge_reply', 'IndexError', evalue);
  const pending = msgIds === 'all' ? undefined : msgIds.find((msgId) => state.pending.has(msgId));
  if (pending !== undefined) return refuse(`msg pending: ${keyErrorValue(pending)}`);
  const unknown = engineIds.find((id) => !state.engines.has(id));
  if (unknown !== undefined) return refuse(`No such engine: ${unknown}`);
  const ended = { completed: { $ne: null } };
  // Stubs, which only output has made, have no other way out (§12.2).
  const where: TaskQuery[] = msgIds === 'all' ? [ended, { submitted: null }] : [];
  for (const id of engineIds) where.push({ engine_uuid: state.engines.get(id)!.uuid, ...ended });
  const question = { type: 'remove', msgIds: msgIds === 'all' ? [] : msgIds, where } as const;
  askStore(state, { ...asker, type: 'purge' }, question, inputs, out);
}

export const onPurgeAnswer = (ask: Ask, out: Out): void => reply(out, ask, 'purge_reply', {});
