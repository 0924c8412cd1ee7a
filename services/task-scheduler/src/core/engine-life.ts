import type { EngineRef } from '@muster/bus';
import type { Engine, State, Task } from './state.ts';
import { createTaskList, takeOut } from './task-list.ts';
import type { Turn } from './turn.ts';

/** A new registration of an engine, with a serial of its own. */
export const createEngine = (state: State, { uuid, id, kernel }: EngineRef, proven: boolean): Engine => ({
  uuid,
  id,
  kernel,
  serial: state.nextSerial++,
  running: createTaskList(),
  proven,
  probes: [],
  drained: false,
  level: -1,
  stamp: 0,
  shelf: undefined,
  slot: -1,
  previous: undefined,
  next: undefined,
});

/** By its id a lost engine is found when the time for its late results is over. */
export const graceTimer = (engine: Engine): string => `grace:${engine.uuid}:${engine.serial}`;

/** The engine does not run the task any more. */
export function release(turn: Turn, task: Task, engine: Engine): void {
  const { state, out } = turn;
  task.engine = undefined;
  task.adopted = false;
  takeOut(engine.running, task);
  if (state.engines.get(engine.uuid) === engine) {
    state.pool.update(engine, false);
    turn.freed = engine;
  } else if (engine.running.size === 0 && state.lost.delete(graceTimer(engine))) out.clearTimer(graceTimer(engine));
}
