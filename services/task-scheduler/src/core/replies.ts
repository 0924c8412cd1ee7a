// An engine answers (§6.5).
import type { Message } from '@muster/protocol';
import { clientOfSession } from './client-address.ts';
import { answer, failOnEngine, sendAnswer } from './ending.ts';
import { release } from './engine-life.ts';
import type { TaskAnswered } from './events.ts';
import { hostOf, isKnown } from './known.ts';
import { avoid } from './losing.ts';
import { onProbeAnswered, prober } from './probing.ts';
import { adopt } from './recovery.ts';
import { review } from './settling.ts';
import type { Engine, State, Task } from './state.ts';
import type { Turn } from './turn.ts';

export function onAnswered(turn: Turn, answered: TaskAnswered): void {
  const { state } = turn;
  const { engineUuid, message } = answered;
  const task = state.tasks.get(message.parentId ?? '');
  const engine = task && runnerOf(turn, task, engineUuid);
  if (task === undefined || engine === undefined || engine.uuid !== engineUuid)
    return onUnexpected(turn, task, answered);
  release(turn, task, engine);
  const ok = isOk(message);
  if (
    !state.policy.ignoresWishes &&
    message.metadata.dependencies_met === false &&
    !isHopeless(state, engine, message)
  ) {
    runElsewhere(turn, task, engine);
  } else if (!ok && task.retriesLeft > 0) {
    task.retriesLeft--;
    runElsewhere(turn, task, engine);
  } else if (message.sizeBytes > state.limits.maxMessageBytes) {
    const evalue = `the result has ${message.sizeBytes} bytes, the limit (maxMessageBytes) is ${state.limits.maxMessageBytes}`;
    failOnEngine(turn, task, engine, { ename: 'MessageTooLarge', evalue });
  } else answer(turn, task, engine, message, ok);
}

/** The engine on which the task runs, also when only its answer says so. */
function runnerOf(turn: Turn, task: Task, engineUuid: string): Engine | undefined {
  if (task.engine !== undefined || !task.recovered) return task.engine;
  // An earlier scheduler gave it to this engine, and there was no record of that.
  const engine = turn.state.engines.get(engineUuid);
  if (engine === undefined || engine.proven) return undefined;
  adopt(turn, task, engine);
  return engine;
}

/** Late results of engines that were given up, of tasks that run elsewhere by now, of anything else: mostly nobody waits. */
function onUnexpected(turn: Turn, task: Task | undefined, { engineUuid, message }: TaskAnswered): void {
  const { state } = turn;
  const asked = state.probes.size > 0 ? state.probes.get(message.parentId ?? '') : undefined;
  if (asked !== undefined) {
    if (asked.uuid === engineUuid) onProbeAnswered(turn, asked, message);
  } else if (task !== undefined) {
    // It was given up with its engine, or with the process that gave it to that engine, and waits to be run again.
    if (task.engine === undefined && task.blacklist?.has(engineUuid) && isOk(message))
      answer(turn, task, { uuid: engineUuid, serial: hostOf(state, engineUuid) }, message, true);
  } else if (state.terms.recovers && state.engines.get(engineUuid)?.proven !== true) passOn(turn, engineUuid, message);
}

/** A result of a task that an earlier scheduler gave away and of which there is no record. */
function passOn(turn: Turn, engineUuid: string, message: Message): void {
  const { state } = turn;
  const { parentId, parentHeader, header } = message;
  if (parentHeader.username === prober) return;
  if (parentId === undefined || !resultTypes.has(header.msg_type) || isKnown(state, parentId)) return;
  state.memory.set(parentId, { ok: isOk(message), host: hostOf(state, engineUuid) });
  const { session } = parentHeader;
  sendAnswer(turn, typeof session === 'string' ? clientOfSession(session) : null, engineUuid, message);
}

const resultTypes: ReadonlySet<string> = new Set(['apply_reply', 'execute_reply']);

/** The engine's kernel can never run the task, and there is no engine with another one. */
const isHopeless = (state: State, { kernel }: Engine, message: Message): boolean =>
  message.metadata.wrong_kernel === true && [...state.engines.values()].every((other) => other.kernel === kernel);

/** Never again on an engine where it has failed. It keeps its place in the order. */
function runElsewhere(turn: Turn, task: Task, engine: Engine): void {
  avoid(task, engine);
  review(turn, task);
}

/** The status that the engine wrote in the metadata; kernels that write none there have it in the content only. */
function isOk(message: Message): boolean {
  const { status } = message.metadata;
  if (status !== undefined) return status === 'ok';
  try {
    return message.content.status === 'ok';
  } catch {
    return false;
  }
}
