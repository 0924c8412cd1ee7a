// A request comes in (§6.3).
import type { Header } from '@muster/protocol';
import { admit } from './admission.ts';
import type { Failure } from './ending.ts';
import { fail, refuse } from './ending.ts';
import type { TaskSubmitted } from './events.ts';
import { isKnown } from './known.ts';
import { createTask } from './new-task.ts';
import type { State } from './state.ts';
import type { Turn } from './turn.ts';
import { parseWishes } from './wishes.ts';

const taskTypes: ReadonlySet<string> = new Set(['apply_request', 'execute_request']);

export function onSubmitted(turn: Turn, { client, message, leftOutBytes = 0 }: TaskSubmitted): void {
  const { state, out } = turn;
  const { header, sizeBytes } = message;
  // The hub may tell twice what is to be run again.
  if (client === null && isKnown(state, header.msg_id)) return;
  const refusal = leftOutBytes > 0 ? incomplete(leftOutBytes) : findRefusal(state, header, sizeBytes);
  if (refusal) {
    // Nobody but the hub waits for a task without a client. The end of a duplicate would be taken for that of the first.
    refuse(turn, client, header, refusal, client === null);
    return;
  }
  const wishes = parseWishes(message.metadata, state.policy.ignoresWishes === true);
  const isBad = 'bad' in wishes;
  const task = createTask(state, { client, message, wishes: isBad ? undefined : wishes, recovered: false });
  state.tasks.set(task.msgId, task);
  state.bytes += sizeBytes;
  out.send({ type: 'fact.publish', fact: { type: 'task.received', message } });
  if (isBad) fail(turn, task, { ename: 'InvalidDependency', evalue: wishes.bad });
  else admit(turn, task, wishes);
}

/** The bus carries no message above its limit whole. */
const incomplete = (leftOutBytes: number): Failure => ({
  ename: 'MessageTooLarge',
  evalue:
    `${leftOutBytes} bytes of the task did not pass the bus between hub and task scheduler, ` +
    'so it cannot be run again from its record; submit it anew from the client',
});

/** Why a request is not accepted at all; it leaves no record. */
function findRefusal(state: State, header: Header, sizeBytes: number): Failure | undefined {
  const { limits, tasks, bytes } = state;
  if (!taskTypes.has(header.msg_type)) {
    const type = header.msg_type.slice(0, 80);
    return {
      ename: 'UnknownMessageType',
      evalue: `'${type}' cannot be run by a load-balanced view, only apply_request and execute_request`,
    };
  }
  if (tasks.has(header.msg_id))
    return {
      ename: 'DuplicateTask',
      evalue: `task '${header.msg_id}' is not finished yet; a new request needs a new msg_id`,
    };
  if (sizeBytes > limits.maxMessageBytes)
    return {
      ename: 'MessageTooLarge',
      evalue: `the request has ${sizeBytes} bytes, the limit (maxMessageBytes) is ${limits.maxMessageBytes}`,
    };
  if (tasks.size >= limits.maxWaitingTasks || bytes + sizeBytes > limits.maxWaitingBytes)
    return {
      ename: 'QueueFull',
      evalue:
        `${tasks.size} tasks of ${bytes} bytes wait for their answers, the limits are ${limits.maxWaitingTasks} ` +
        `(maxWaitingTasks) and ${limits.maxWaitingBytes} bytes (maxWaitingBytes); submit it again later`,
    };
  return undefined;
}
