// Requests in the order in which they came into a list; each is a link of it. So to add one and to take one out costs the same
// however many there are, and no id is looked up for it.
import type { PendingTask } from './state.ts';

export interface TaskList {
  size: number;
  first: PendingTask | undefined;
  last: PendingTask | undefined;
}

export const createTaskList = (): TaskList => ({ size: 0, first: undefined, last: undefined });

/** It is in no list. */
export function append(list: TaskList, task: PendingTask): void {
  const { last } = list;
  task.list = list;
  task.before = last;
  if (last === undefined) list.first = task;
  else last.after = task;
  list.last = task;
  list.size++;
}

export function takeOut(task: PendingTask): void {
  const { list, before, after } = task;
  if (list === undefined) return;
  if (before === undefined) list.first = after;
  else before.after = after;
  if (after === undefined) list.last = before;
  else after.before = before;
  list.size--;
  task.list = undefined;
  task.before = undefined;
  task.after = undefined;
}

export function idsOf({ first }: TaskList): string[] {
  const ids: string[] = [];
  for (let task = first; task !== undefined; task = task.after) ids.push(task.msgId);
  return ids;
}
