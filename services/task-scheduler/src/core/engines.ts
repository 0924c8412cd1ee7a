// Engines come and go (§6.1, §6.6).
import type { EngineRef } from '@muster/bus';
import { waitingIn } from './buckets.ts';
import { dropHost } from './dependencies.ts';
import { createEngine, graceTimer, release } from './engine-life.ts';
import { avoid, engineDied, loseTask } from './losing.ts';
import { endProbing, probe } from './probing.ts';
import { takeOver } from './recovery.ts';
import { openFor, review } from './settling.ts';
import type { Engine, State } from './state.ts';
import { tasksIn } from './task-list.ts';
import type { Turn } from './turn.ts';

export function onRegistered(turn: Turn, ref: EngineRef): void {
  const { state } = turn;
  const known = state.engines.get(ref.uuid);
  if (known?.id === ref.id && known.kernel === ref.kernel) return;
  // It came back under a new number before its loss was told.
  if (known) onUnregistered(turn, known);
  const engine = createEngine(state, ref, !state.terms.apart);
  state.engines.set(engine.uuid, engine);
  state.hosts.set(engine.serial, engine);
  if (state.terms.apart) {
    takeOver(turn, engine);
    probe(turn, engine);
  } else openFor(turn, engine);
}

export function onUnregistered(turn: Turn, ref: Pick<EngineRef, 'id' | 'uuid'>): void {
  const { state, inputs, out } = turn;
  const engine = state.engines.get(ref.uuid);
  if (engine === undefined || engine.id !== ref.id) return;
  state.engines.delete(engine.uuid);
  state.hosts.delete(engine.serial);
  state.pool.remove(engine);
  endProbing(turn, engine);
  if (engine.running.size > 0) {
    state.lost.set(graceTimer(engine), engine);
    out.setTimer(graceTimer(engine), inputs.nowUs + state.limits.graceMs * 1000);
  }
  reviewTasksFor(turn, state, engine);
}

/** Tasks that were to follow others there, or had it among their targets. */
function reviewTasksFor(turn: Turn, state: State, engine: Engine): void {
  for (const task of [...state.followers]) {
    if (!task.follow!.hosts.has(engine)) continue;
    dropHost(task.follow!, engine);
    review(turn, task);
  }
  for (const bucket of [...state.buckets.values()])
    if (bucket.only?.has(engine.uuid)) for (const task of waitingIn(bucket)) review(turn, task);
}

/** The time for late results is over: what the engine still had is run elsewhere, or ends with it. */
export function onGraceOver(turn: Turn, engine: Engine): void {
  turn.state.lost.delete(graceTimer(engine));
  for (const task of tasksIn(engine.running)) {
    release(turn, task, engine);
    if (task.retriesLeft > 0) avoid(task, engine);
    loseTask(turn, task, engine, engineDied(engine.uuid, task.msgId));
  }
}
