// Follows up on what a step has done: ended tasks wake or doom their dependents, and free engines get work.
import { dequeue, firstFor } from './buckets.ts';
import { fail } from './ending.ts';
import { impossibility, isReady, note } from './graph.ts';
import { dispatch, hold, placeTask } from './placing.ts';
import type { Engine, Impossible, Task } from './state.ts';
import type { Turn } from './turn.ts';

/** Leaves nothing to do: no engine with room while a task that suits it waits, no dependent uninformed. */
export function settle(turn: Turn): void {
  do {
    wakeDependents(turn);
    assign(turn);
  } while (turn.ended.length > 0);
}

/** The engine may be given tasks, if it has room. */
export function openFor(turn: Turn, engine: Engine): void {
  turn.state.pool.add(engine);
  turn.freed = engine;
}

/** Looks at a task whose dependencies have changed: it fails, waits on, or may run. */
export function review(turn: Turn, task: Task): void {
  const { state } = turn;
  // What runs has met its dependencies; should it come back to be run elsewhere, it is looked at again.
  if (task.engine !== undefined) return;
  const impossible = impossibility(task);
  if (impossible) {
    failImpossible(turn, task, impossible);
    return;
  }
  if (state.unsure.has(task)) return;
  // Its place depends on what has changed; and what was ready may be held again, when the engine it was to follow is lost.
  dequeue(state, task);
  if (isReady(state, task)) turn.released.push(task);
  else hold(turn, task);
}

function failImpossible(turn: Turn, task: Task, { why, evalue }: Impossible): void {
  fail(turn, task, { ename: 'ImpossibleDependency', evalue, why });
}

/** A loop and not a recursion: chains of dependents can be long. */
function wakeDependents(turn: Turn): void {
  const { state, ended } = turn;
  if (ended.length === 0) return;
  for (let i = 0; i < ended.length; i++) {
    const { msgId, outcome } = ended[i]!;
    const dependents = state.graph.get(msgId);
    state.graph.delete(msgId);
    for (const task of dependents ?? []) {
      note(state, task, msgId, outcome);
      review(turn, task);
    }
  }
  turn.ended = [];
}

/**
 * Released tasks are placed, and the freed engine takes waiting ones, in order of submission. Other engines with room have
 * no use for tasks that waited before, else they would have taken them.
 */
function assign(turn: Turn): void {
  const { state, released, freed } = turn;
  if (released.length === 0 && freed === undefined) return;
  if (released.length > 0) turn.released = [];
  if (released.length > 1) released.sort((a, b) => a.seq - b.seq);
  for (let i = 0; ; ) {
    const task = released[i];
    if (task !== undefined && !isUnplaced(turn, task)) {
      i++;
      continue;
    }
    const waiting = freed !== undefined && freed.level >= 0 ? firstFor(state, freed) : undefined;
    if (task !== undefined && (waiting === undefined || task.seq < waiting.seq)) {
      i++;
      placeTask(turn, task);
    } else if (waiting !== undefined) {
      dequeue(state, waiting);
      dispatch(turn, waiting, freed!);
    } else return;
  }
}

/** A task can be released twice in a step, or fail after it was. */
const isUnplaced = (turn: Turn, task: Task): boolean =>
  task.engine === undefined && task.bucket === undefined && turn.state.tasks.get(task.msgId) === task;
