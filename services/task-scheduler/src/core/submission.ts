// A request comes in (§6.3).
import type { Header, PeerId } from '@muster/protocol';
import type { Failure } from './ending.ts';
import { fail, refuse } from './ending.ts';
import type { TaskSubmitted } from './events.ts';
import { findUnknown, link } from './graph.ts';
import { review } from './settling.ts';
import type { State, Task } from './state.ts';
import type { Turn } from './turn.ts';
import type { BadWish, Wishes } from './wishes.ts';
import { parseWishes } from './wishes.ts';

const taskTypes: ReadonlySet<string> = new Set(['apply_request', 'execute_request']);

export function onSubmitted(turn: Turn, { client, message }: TaskSubmitted): void {
  const { state, out } = turn;
  const { header } = message;
  const { sizeBytes } = message;
  const refusal = findRefusal(state, header, sizeBytes);
  if (refusal) {
    // Nobody but the hub waits for a task without a client. The end of a duplicate would be taken for that of the first.
    const finished = client === null && !state.tasks.has(header.msg_id);
    refuse(turn, client, header, refusal, finished);
    return;
  }
  const wishes = parseWishes(message.metadata, state.policy.ignoresWishes === true);
  const task = createTask(state, client, message, sizeBytes, 'bad' in wishes ? undefined : wishes);
  state.tasks.set(task.msgId, task);
  state.bytes += sizeBytes;
  out.send({ type: 'fact.publish', fact: { type: 'task.received', message } });
  const invalid = findInvalid(state, task, wishes);
  if (invalid) {
    fail(turn, task, invalid);
    return;
  }
  const { after, follow } = wishes as Wishes;
  if (after || follow) link(state, task, wishes as Wishes);
  review(turn, task);
}

function createTask(
  state: State,
  client: PeerId | null,
  message: TaskSubmitted['message'],
  sizeBytes: number,
  wishes: Wishes | undefined,
): Task {
  return {
    msgId: message.header.msg_id,
    seq: state.nextSeq++,
    client,
    message,
    sizeBytes,
    kept: false,
    kernel: wishes?.kernel,
    targets: wishes?.targets,
    timeoutMs: wishes?.timeoutMs ?? 0,
    retriesLeft: wishes?.retries ?? 0,
    blacklist: undefined,
    after: undefined,
    follow: undefined,
    engine: undefined,
    bucket: undefined,
    slot: -1,
    deadlineUs: undefined,
  };
}

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

/** Wishes that nothing can meet, because they are wrong (§6.3, §12.5). */
function findInvalid(state: State, task: Task, wishes: Wishes | BadWish): Failure | undefined {
  const ename = 'InvalidDependency';
  if ('bad' in wishes) return { ename, evalue: wishes.bad };
  if (!wishes.after && !wishes.follow) return undefined;
  const unknown = findUnknown(state, task.msgId, wishes);
  if (unknown === undefined) return undefined;
  if (unknown === task.msgId) return { ename, evalue: '', why: 'a task cannot depend on itself' };
  const id = unknown.slice(0, 200);
  const { memory, limits } = state;
  // As Python as long as nothing was forgotten: then the id was never a task.
  if (!memory.forgetful) return { ename, evalue: '', why: `'${id}' is not a load-balanced task` };
  return {
    ename,
    evalue: `'${id}' is not a load-balanced task, or ended longer ago than the ${limits.rememberedTasks} tasks (rememberedTasks) remembered`,
  };
}
