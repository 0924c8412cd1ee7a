// result_request (§4.7): what has become of tasks.
import type { Inputs } from '@muster/machine';
import type { Json, JsonObject } from '@muster/protocol';
import { formatDate } from '@muster/protocol';
import type { Found, TaskRecord } from '@muster/task-store';
import { askStore } from './asks.ts';
import type { Out } from './effects.ts';
import type { StoreAnswer } from './events.ts';
import { resultExpired } from './expiry.ts';
import { noSuchMessage } from './python-repr.ts';
import { fail, reply } from './reply.ts';
import type { Ask, Asker, HubState } from './state.ts';

type ResultAsk = Extract<Ask, { type: 'result' }>;

export function onResultRequest(
  state: HubState,
  asker: Asker,
  msgIds: readonly string[],
  statusOnly: boolean,
  inputs: Inputs,
  out: Out,
): void {
  const pending: string[] = [];
  const completed: string[] = [];
  const unknown: string[] = [];
  for (const msgId of [...new Set(msgIds)].sort())
    (state.pending.has(msgId) ? pending : state.completed.has(msgId) ? completed : unknown).push(msgId);
  const wanted = statusOnly ? unknown : [...completed, ...unknown];
  if (wanted.length === 0) return reply(out, asker, 'result_reply', { pending, completed });
  askStore(
    state,
    { ...asker, type: 'result', statusOnly, pending, completed, unknown },
    { type: 'find', msgIds: wanted },
    inputs,
    out,
  );
}

export function onResultAnswer(ask: ResultAsk, answer: StoreAnswer, out: Out): void {
  // Without a store nothing is known of these; one that fails may know them.
  if (answer.type === 'failed' && ask.statusOnly && answer.ename === 'NoData')
    return fail(out, ask, 'result_reply', 'KeyError', noSuchMessage(ask.unknown[0]!));
  if (answer.type !== 'found') return refuseAnswer(ask, answer, out);
  const asked = ask.statusOnly ? ask.unknown : [...ask.completed, ...ask.unknown];
  const completedIds = new Set(ask.completed);
  const found = new Map(asked.map((msgId, i) => [msgId, answer.found[i]!]));
  for (const [msgId, one] of found) {
    const missing = whyMissing(msgId, one, completedIds.has(msgId));
    if (missing !== undefined) return fail(out, ask, 'result_reply', missing.ename, missing.evalue);
  }
  const record = (msgId: string): TaskRecord => (found.get(msgId) as { record: TaskRecord }).record;
  const late = ask.unknown.filter((msgId) => record(msgId).completed !== null);
  const completed = [...ask.completed, ...late].sort();
  const pending = [...ask.pending, ...ask.unknown.filter((msgId) => record(msgId).completed === null)].sort();
  if (ask.statusOnly) return reply(out, ask, 'result_reply', { pending, completed });
  const content: Record<string, unknown> = { pending, completed };
  for (const msgId of completed) content[msgId] = resultContent(record(msgId));
  const buffers = completed.flatMap((msgId) => record(msgId).resultBuffers);
  reply(out, ask, 'result_reply', content, { buffers });
}

function refuseAnswer(ask: ResultAsk, answer: StoreAnswer, out: Out): void {
  const { ename, evalue } = answer as Extract<StoreAnswer, { type: 'failed' }>;
  fail(out, ask, 'result_reply', ename, evalue);
}

interface Refusal {
  readonly ename: string;
  readonly evalue: string;
}

/**
 * The error when there is no record to answer with. A stub, which only output has made, is none, for nobody would ever
 * complete it; nor is a record that lacks the result which the hub has seen.
 */
function whyMissing(msgId: string, found: Found, hasEnded: boolean): Refusal | undefined {
  if ('missing' in found && found.missing === 'expired') return resultExpired(msgId);
  if ('record' in found && found.record.header !== null && !(hasEnded && found.record.completed === null))
    return undefined;
  return { ename: 'KeyError', evalue: noSuchMessage(msgId) };
}

/** Clients need `result_metadata` to be a dictionary, also for tasks lost with their engine. */
const resultContent = (record: TaskRecord): JsonObject => ({
  header: record.header,
  metadata: record.metadata ?? {},
  result_header: record.resultHeader ?? {},
  result_metadata: record.resultMetadata ?? {},
  result_content: record.resultContent ?? {},
  received: dateOf(record.received),
  io: {
    execute_input: record.executeInput,
    execute_result: record.executeResult,
    error: record.error,
    stdout: record.stdout,
    stderr: record.stderr,
  },
});

const dateOf = (us: number | null): Json => (us === null ? null : formatDate(us));
