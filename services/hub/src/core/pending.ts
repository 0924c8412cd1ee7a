// The book of requests that wait for their results: the pending map, and each engine's part of it.
import type { Out } from './effects.ts';
import type { Engine, HubState, PendingTask } from './state.ts';

/** Notes a request as pending; what was noted under the same id before is replaced. */
export function addPending(state: HubState, msgId: string, task: PendingTask, out: Out): void {
  removePending(state, msgId);
  state.pending.set(msgId, task);
  if (task.engine === null) state.unassigned.add(msgId);
  else queueOf(task, task.engine).add(msgId);
  if (state.pending.size <= state.settings.pendingTaskLimit) return;
  const oldest = state.pending.keys().next().value!;
  removePending(state, oldest);
  out.send({ type: 'note', level: 'warn', what: 'task forgotten, too many are pending', fields: { taskId: oldest } });
}

/** Takes a request out of all lists; undefined when it was not pending. */
export function removePending(state: HubState, msgId: string): PendingTask | undefined {
  const task = state.pending.get(msgId);
  if (task === undefined) return undefined;
  state.pending.delete(msgId);
  if (task.engine === null) state.unassigned.delete(msgId);
  else queueOf(task, task.engine).delete(msgId);
  return task;
}

/** The scheduler gave a task to an engine; it may have been with another one before. */
export function assign(state: HubState, msgId: string, task: PendingTask, engine: Engine | null): void {
  if (task.engine === null) state.unassigned.delete(msgId);
  else queueOf(task, task.engine).delete(msgId);
  task.engine = engine;
  if (engine === null) state.unassigned.add(msgId);
  else queueOf(task, engine).add(msgId);
}

/** Counts a result for an engine and keeps its id among the last ones. */
export function addCompleted(state: HubState, engine: Engine, msgId: string): void {
  const limit = state.settings.completedPerEngineLimit;
  engine.completedCount++;
  engine.completed.push(msgId);
  if (engine.completed.length >= 2 * limit) engine.completed = engine.completed.slice(-limit);
}

const queueOf = (task: PendingTask, engine: Engine): Set<string> =>
  task.queue === 'mux' ? engine.queue : engine.tasks;
