// A task that an engine had is lost.
import type { Failure } from './ending.ts';
import { failOnEngine } from './ending.ts';
import { review } from './settling.ts';
import type { Engine, Task } from './state.ts';
import type { Turn } from './turn.ts';

/** It has been released: it runs again, wherever it may, if it has retries left; else it ends with this failure. */
export function loseTask(turn: Turn, task: Task, engine: Pick<Engine, 'uuid' | 'serial'>, failure: Failure): void {
  if (task.retriesLeft === 0) return failOnEngine(turn, task, engine, failure);
  task.retriesLeft--;
  review(turn, task);
}

/** As Python puts it (§6.6). */
export const engineDied = (uuid: string, msgId: string): Failure => ({
  ename: 'EngineError',
  evalue: `Engine b'${uuid}' died while running task '${msgId}'`,
});

/** An earlier scheduler gave it to an engine, which has answered all that reached it, but not this. */
export const lostOnTheWay = ({ msgId }: Task): Failure => ({
  ename: 'TaskLost',
  evalue: `task '${msgId}' or its result was lost when the task scheduler was started again; it may have run`,
});

/** It is not to run there again. */
export function avoid(task: Task, { uuid }: Engine): void {
  task.blacklist ??= new Set();
  task.blacklist.add(uuid);
}
