// Direct requests and tasks, from the facts of relay and scheduler into pending lists and records (§5.2).
import type { FactOf } from '@muster/bus';
import type { Inputs } from '@muster/machine';
import type { Message } from '@muster/protocol';
import type { TaskPatch, WhenMissing } from '@muster/task-store';
import { believe, doubt } from './doubtful.ts';
import type { Out } from './effects.ts';
import { addPending, assign, removePending } from './pending.ts';
import { isRequest, parentIdOf, replyTypeOf, requestPatch, requestPatchOfReply, resultPatch } from './records.ts';
import type { HubState } from './state.ts';

const put = (out: Out, msgId: string, patch: TaskPatch, whenMissing: WhenMissing): void =>
  out.write({ type: 'record.put', msgId, patch, whenMissing });

export function onDirectRequested(state: HubState, fact: FactOf<'direct.requested'>, inputs: Inputs, out: Out): void {
  const { message, engineUuid } = fact;
  const msgId = message.header.msg_id;
  const engine = state.byUuid.get(engineUuid);
  if (engine === undefined) return doubt(state, fact, inputs, out);
  if (!isRequest(message) || state.completed.has(msgId)) return;
  addPending(state, msgId, { queue: 'mux', replyType: replyTypeOf(message.header.msg_type), engine }, out);
  put(out, msgId, { ...requestPatch(message, 'mux', inputs.nowUs), engineUuid }, 'create');
}

export function onDirectReplied(state: HubState, fact: FactOf<'direct.replied'>, inputs: Inputs, out: Out): void {
  const msgId = parentIdOf(fact.message);
  if (msgId === undefined) return;
  believe(state, msgId, out);
  const task = removePending(state, msgId);
  task?.engine?.completed.add(msgId);
  const isOlder = task === undefined && isBeforeUs(state, fact.engineUuid, msgId);
  // A reply to what never was a request here (or was forgotten) changes a record if there is one, and nothing else.
  if (task !== undefined || isOlder) state.completed.add(msgId);
  putResult(fact.message, msgId, isOlder ? 'mux' : null, inputs, out);
}

/** An engine that outlived an earlier hub answers what this hub has never heard of. */
const isBeforeUs = (state: HubState, engineUuid: unknown, msgId: string): boolean =>
  typeof engineUuid === 'string' && state.byUuid.get(engineUuid)?.restored === true && !state.completed.has(msgId);

/** `queue`: there may be no record of the request; what its reply says of it becomes one. */
function putResult(message: Message, msgId: string, queue: 'mux' | 'task' | null, inputs: Inputs, out: Out): void {
  const result = resultPatch(message, inputs.nowUs);
  const request = queue === null ? undefined : requestPatchOfReply(message, queue);
  if (request === undefined) put(out, msgId, result, 'ignore');
  else put(out, msgId, { ...request, ...result }, 'create');
}

export function onTaskReceived(state: HubState, fact: FactOf<'task.received'>, inputs: Inputs, out: Out): void {
  const { message } = fact;
  const msgId = message.header.msg_id;
  if (state.completed.has(msgId)) return;
  // A resubmitted task is pending since it was resubmitted; a repeated fact changes nothing.
  if (!state.pending.has(msgId))
    addPending(state, msgId, { queue: 'task', replyType: replyTypeOf(message.header.msg_type), engine: null }, out);
  put(out, msgId, requestPatch(message, 'task', inputs.nowUs), 'create');
}

export function onTaskDispatched(state: HubState, fact: FactOf<'task.dispatched'>, out: Out): void {
  const { msgId, engineUuid } = fact;
  const task = state.pending.get(msgId);
  if (task === undefined || task.queue !== 'task') return;
  assign(state, task, state.byUuid.get(engineUuid) ?? null);
  put(out, msgId, { engineUuid }, 'ignore');
}

export function onTaskFinished(state: HubState, fact: FactOf<'task.finished'>, inputs: Inputs, out: Out): void {
  const { message } = fact;
  const msgId = parentIdOf(message);
  if (msgId === undefined) return;
  const wasPending = removePending(state, msgId) !== undefined;
  const { engine: uuid, status } = message.metadata;
  const engine = typeof uuid === 'string' ? state.byUuid.get(uuid) : undefined;
  if (wasPending && status !== 'aborted') engine?.completed.add(msgId);
  const isOlder = !wasPending && isBeforeUs(state, uuid, msgId);
  state.completed.add(msgId);
  putResult(message, msgId, isOlder ? 'task' : null, inputs, out);
}
