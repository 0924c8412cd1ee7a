// An engine answers (§6.5).
import type { Message } from '@muster/protocol';
import { answer, failOnEngine } from './ending.ts';
import type { TaskAnswered } from './events.ts';
import { review } from './settling.ts';
import type { Engine, State, Task } from './state.ts';
import type { Turn } from './turn.ts';

export function onAnswered(turn: Turn, { engineUuid, message }: TaskAnswered): void {
  const { state } = turn;
  const task = state.tasks.get(message.parentId ?? '');
  const engine = task?.engine;
  // Late results of engines that were given up, of tasks that run elsewhere by now, of anything else: nobody waits.
  if (task === undefined || engine === undefined || engine.uuid !== engineUuid) return;
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

/** The engine's kernel can never run the task, and there is no engine with another one. */
const isHopeless = (state: State, { kernel }: Engine, message: Message): boolean =>
  message.metadata.wrong_kernel === true && [...state.engines.values()].every((other) => other.kernel === kernel);

/** The engine does not run the task any more. */
export function release(turn: Turn, task: Task, engine: Engine): void {
  const { state, out } = turn;
  task.engine = undefined;
  engine.running.delete(task);
  if (state.engines.get(engine.uuid) === engine) {
    state.pool.update(engine, false);
    turn.freed = engine;
  } else if (engine.running.size === 0 && state.lost.delete(graceTimer(engine))) out.clearTimer(graceTimer(engine));
}

export const graceTimer = (engine: Engine): string => `grace:${engine.uuid}:${engine.serial}`;

/** Never again on an engine where it has failed. It keeps its place in the order. */
export function runElsewhere(turn: Turn, task: Task, engine: Engine): void {
  task.blacklist ??= new Set();
  task.blacklist.add(engine.uuid);
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
