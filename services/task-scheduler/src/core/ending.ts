// Every way in which a task ends: exactly one answer, and nothing of it is left behind.
import type { Header, JsonObject, Message, PeerId } from '@muster/protocol';
import { errorContent, formatDate } from '@muster/protocol';
import { dequeue } from './buckets.ts';
import { unlink } from './graph.ts';
import { letGo, messageOf } from './keeping.ts';
import type { Outcome } from './memory.ts';
import type { Engine, Task } from './state.ts';
import type { Turn } from './turn.ts';

export const timeoutTimer = (task: Task): string => `timeout:${task.msgId}`;

/** An error as the client gets it. `why` goes into the traceback. */
export interface Failure {
  readonly ename: string;
  readonly evalue: string;
  readonly why?: string;
}

/** The task ends with an engine's reply, passed on as it is. */
export function answer(
  turn: Turn,
  task: Task,
  engine: Pick<Engine, 'uuid' | 'serial'>,
  message: Message,
  ok: boolean,
): void {
  forget(turn, task, { ok, host: engine.serial });
  sendAnswer(turn, task.client, engine.uuid, message);
}

/** An engine's reply to the client and to the hub. */
export function sendAnswer(turn: Turn, client: PeerId | null, engineUuid: string, message: Message): void {
  const { state, out } = turn;
  const tell = (): void => out.send({ type: 'fact.publish', fact: { type: 'task.finished', message } });
  // The next process goes by what is on record: it must not find a task unfinished whose answer the client has got.
  if (state.terms.recovers) tell();
  if (client !== null) out.send({ type: 'client.reply', client, engineUuid, message });
  if (!state.terms.recovers) tell();
}

/** The task ends without running, by an error of the scheduler (§6.5). */
export function fail(turn: Turn, task: Task, failure: Failure): void {
  forget(turn, task, { ok: false, host: 0 });
  sendError(turn, { client: task.client, request: messageOf(task).header, failure, finished: true });
}

/** The task ends because its engine did, or sent what cannot be passed on. */
export function failOnEngine(turn: Turn, task: Task, engine: Pick<Engine, 'uuid' | 'serial'>, failure: Failure): void {
  forget(turn, task, { ok: false, host: engine.serial });
  const metadata = { status: 'error', engine: engine.uuid, date: formatDate(turn.inputs.nowUs) };
  sendError(turn, {
    client: task.client,
    request: messageOf(task).header,
    failure,
    finished: true,
    engineUuid: engine.uuid,
    metadata,
  });
}

/** Answers a request that was not accepted. */
export function refuse(turn: Turn, client: string | null, request: Header, failure: Failure, finished: boolean): void {
  sendError(turn, { client, request, failure, finished });
}

interface ErrorToSend {
  readonly client: string | null;
  readonly request: Header;
  readonly failure: Failure;
  readonly finished: boolean;
  readonly engineUuid?: string;
  readonly metadata?: JsonObject;
}

function sendError(turn: Turn, error: ErrorToSend): void {
  const { ename, evalue, why } = error.failure;
  turn.out.send({
    type: 'error.reply',
    client: error.client,
    engineUuid: error.engineUuid ?? null,
    // The type is apply_reply whatever the request was (§6.5).
    header: turn.state.headers.next('apply_reply', turn.inputs.nowUs),
    parentHeader: error.request,
    metadata: error.metadata ?? {},
    content: errorContent(ename, evalue, why === undefined ? undefined : [`${ename}: ${why}`]),
    finished: error.finished,
  });
}

/** Removes the task from everywhere, and remembers how it ended. */
function forget(turn: Turn, task: Task, outcome: Outcome): void {
  const { state, ended } = turn;
  state.tasks.delete(task.msgId);
  state.bytes -= task.sizeBytes;
  letGo(state);
  state.unsure.delete(task);
  dequeue(state, task);
  unlink(state, task);
  clearDeadline(turn, task);
  state.memory.set(task.msgId, outcome);
  if (state.graph.has(task.msgId)) ended.push({ msgId: task.msgId, outcome });
}

export function clearDeadline(turn: Turn, task: Task): void {
  if (task.deadlineUs === undefined) return;
  task.deadlineUs = undefined;
  turn.out.clearTimer(timeoutTimer(task));
}
