// The book of requests that wait for their results: the pending map, and lists of those of each engine and of nobody yet.
import type { Out } from './effects.ts';
import type { Engine, HubState, PendingTask } from './state.ts';
import type { TaskList } from './task-list.ts';
import { append, takeOut } from './task-list.ts';

/** Notes a request as pending; what was noted under the same id before is replaced. */
export function addPending(
  state: HubState,
  msgId: string,
  { queue, replyType, engine }: Pick<PendingTask, 'queue' | 'replyType' | 'engine'>,
  out: Out,
): void {
  const task: PendingTask = { msgId, queue, replyType, engine, list: undefined, before: undefined, after: undefined };
  removePending(state, msgId);
  state.pending.set(msgId, task);
  append(listFor(state, task), task);
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
  takeOut(task);
  return task;
}

/** The scheduler gave a task to an engine; it may have been with another one before. */
export function assign(state: HubState, task: PendingTask, engine: Engine | null): void {
  takeOut(task);
  task.engine = engine;
  append(listFor(state, task), task);
}

/** Does the request wait in this list? */
export const waitsIn = (state: HubState, list: TaskList, msgId: string): boolean =>
  list.size > 0 && state.pending.get(msgId)?.list === list;

const listFor = (state: HubState, { queue, engine }: PendingTask): TaskList =>
  engine === null ? state.unassigned : queue === 'mux' ? engine.queue : engine.tasks;
