// resubmit_request (§4.7): run tasks of the past again, balanced, for nobody; clients then ask for the new ids.
import type { Inputs } from '@muster/machine';
import type { Header } from '@muster/protocol';
import { checkHeader, formatDate, headerDate, keyErrorValue } from '@muster/protocol';
import type { TaskRecord } from '@muster/task-store';
import { askStore } from './asks.ts';
import type { Out } from './effects.ts';
import type { StoreAnswer } from './events.ts';
import { resultExpired } from './expiry.ts';
import { addPending } from './pending.ts';
import { reprList } from './python-repr.ts';
import { replyTypeOf } from './records.ts';
import { fail, reply } from './reply.ts';
import type { Ask, Asker, HubState } from './state.ts';

export function onResubmitRequest(
  state: HubState,
  asker: Asker,
  requested: readonly string[],
  inputs: Inputs,
  out: Out,
): void {
  const msgIds = [...new Set(requested)];
  askStore(state, { ...asker, type: 'resubmit', msgIds }, { type: 'find', msgIds }, inputs, out);
}

export function onResubmitAnswer(
  state: HubState,
  ask: Extract<Ask, { type: 'resubmit' }>,
  { found }: Extract<StoreAnswer, { type: 'found' }>,
  inputs: Inputs,
  out: Out,
): void {
  const records = found.flatMap((one) => ('record' in one && isComplete(one.record) ? [one.record] : []));
  const expired = found.findIndex((one) => 'missing' in one && one.missing === 'expired');
  if (expired >= 0) {
    const { ename, evalue } = resultExpired(ask.msgIds[expired]!);
    return fail(out, ask, 'resubmit_reply', ename, evalue);
  }
  if (records.length < ask.msgIds.length) {
    const known = new Set(records.map((record) => record.msgId));
    const missing = ask.msgIds.filter((msgId) => !known.has(msgId));
    return fail(out, ask, 'resubmit_reply', 'KeyError', keyErrorValue(`No such msg(s): ${reprList(missing)}`));
  }
  const resubmitted: Record<string, string> = {};
  for (const record of records) resubmitted[record.msgId] = resubmit(state, record, inputs, out);
  reply(out, ask, 'resubmit_reply', { resubmitted });
  out.send({ type: 'note', level: 'info', what: 'tasks resubmitted', fields: { tasks: records.length } });
}

/** Stubs have no header, and cannot be run again (§12.8). */
function isComplete(record: TaskRecord): boolean {
  try {
    return record.header !== null && checkHeader(record.header) !== null;
  } catch {
    return false;
  }
}

/** Everything of the old header stays but msg_id and date; dependencies, targets and retries are not kept. */
function resubmit(state: HubState, record: TaskRecord, inputs: Inputs, out: Out): string {
  const header = { ...record.header, msg_id: inputs.newId(), date: formatDate(inputs.nowUs) } as Header;
  const content = record.content ?? {};
  const { buffers } = record;
  addPending(state, header.msg_id, { queue: 'task', replyType: replyTypeOf(header.msg_type), engine: null }, out);
  const patch = {
    header,
    metadata: {},
    content,
    buffers,
    submitted: headerDate(header)!,
    clientUuid: header.session,
    queue: 'task',
  } as const;
  out.write({ type: 'record.put', msgId: header.msg_id, patch, whenMissing: 'create' });
  out.write({ type: 'record.put', msgId: record.msgId, patch: { resubmitted: header.msg_id }, whenMissing: 'ignore' });
  out.send({ type: 'task.resubmit', header, content, buffers });
  return header.msg_id;
}
