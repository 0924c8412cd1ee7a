// What an earlier scheduler has left: tasks that wait run as if they had just come; those that an engine was given are
// adopted, and count as running there until its answer comes, or the answer to a probe without it.
import { admit } from './admission.ts';
import { dequeue } from './buckets.ts';
import { clearDeadline, fail } from './ending.ts';
import { createEngine, graceTimer } from './engine-life.ts';
import type { TaskRecovered } from './events.ts';
import { findUnknown, link } from './graph.ts';
import { isKnown } from './known.ts';
import { engineDied, loseTask, lostOnTheWay } from './losing.ts';
import { createTask } from './new-task.ts';
import type { Engine, State, Task } from './state.ts';
import { append, takeOut, tasksIn } from './task-list.ts';
import type { Turn } from './turn.ts';
import type { Wishes } from './wishes.ts';
import { parseWishes } from './wishes.ts';

/** How long an engine may take to be registered again that the hub still waits for. */
const awaitedMs = 30_000;

export function onRecovered(turn: Turn, { client, message, engineUuid, awaited }: TaskRecovered): void {
  const { state } = turn;
  if (isKnown(state, message.header.msg_id)) return;
  const wishes = parseWishes(message.metadata, state.policy.ignoresWishes === true);
  const isBad = 'bad' in wishes;
  const task = createTask(state, { client, message, wishes: isBad ? undefined : wishes, recovered: true });
  state.tasks.set(task.msgId, task);
  state.bytes += task.sizeBytes;
  if (isBad) return fail(turn, task, { ename: 'InvalidDependency', evalue: wishes.bad });
  if (engineUuid === null) return admit(turn, task, wishes);
  linkAgain(state, task, wishes);
  const engine = state.engines.get(engineUuid) ?? (awaited ? awaitedEngine(turn, engineUuid) : undefined);
  if (engine === undefined) {
    const gone = { uuid: engineUuid, serial: state.nextSerial++ };
    loseTask(turn, task, gone, engineDied(engineUuid, task.msgId));
  } else if (engine.proven) loseTask(turn, task, engine, lostOnTheWay(task));
  else adopt(turn, task, engine);
}

/** Its dependencies were met once; they matter again if it has to run elsewhere. */
function linkAgain(state: State, task: Task, wishes: Wishes): void {
  if ((wishes.after || wishes.follow) && findUnknown(state, task.msgId, wishes) === undefined)
    link(state, task, wishes);
}

/** The task counts as running on the engine to which an earlier scheduler gave it. */
export function adopt(turn: Turn, task: Task, engine: Engine): void {
  const { state } = turn;
  dequeue(state, task);
  state.unsure.delete(task);
  clearDeadline(turn, task);
  task.adopted = true;
  task.engine = engine;
  append(engine.running, task);
  state.pool.update(engine, true);
}

/** In place of an engine that is not registered again yet. */
function awaitedEngine(turn: Turn, uuid: string): Engine {
  const { state, inputs, out } = turn;
  for (const engine of state.lost.values()) if (isAwaited(engine) && engine.uuid === uuid) return engine;
  const engine = createEngine(state, { id: awaitedId, uuid, kernel: '' }, false);
  state.lost.set(graceTimer(engine), engine);
  out.setTimer(graceTimer(engine), inputs.nowUs + awaitedMs * 1000);
  return engine;
}

/** No engine has this number. */
const awaitedId = -1;
const isAwaited = (engine: Engine): boolean => engine.id === awaitedId;

/** An engine was registered; if it was awaited, it takes over what it had. */
export function takeOver(turn: Turn, engine: Engine): void {
  const { state, out } = turn;
  for (const [timer, before] of state.lost) {
    if (!isAwaited(before) || before.uuid !== engine.uuid) continue;
    state.lost.delete(timer);
    out.clearTimer(timer);
    for (const task of tasksIn(before.running)) {
      takeOut(before.running, task);
      adopt(turn, task, engine);
    }
  }
}
