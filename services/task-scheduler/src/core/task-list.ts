// Tasks in a row, linked through themselves: each is in one list at most, on its engine or among the waiting. Every change takes
// constant time and no memory.
import type { Task } from './state.ts';

export interface TaskList {
  first: Task | undefined;
  last: Task | undefined;
  size: number;
}

export const createTaskList = (): TaskList => ({ first: undefined, last: undefined, size: 0 });

export function append(list: TaskList, task: Task): void {
  task.previous = list.last;
  if (list.last) list.last.next = task;
  else list.first = task;
  list.last = task;
  list.size++;
}

export function prepend(list: TaskList, task: Task): void {
  task.next = list.first;
  if (list.first) list.first.previous = task;
  else list.last = task;
  list.first = task;
  list.size++;
}

/** Takes out a task that is in this list. */
export function takeOut(list: TaskList, task: Task): void {
  if (task.previous) task.previous.next = task.next;
  else list.first = task.next;
  if (task.next) task.next.previous = task.previous;
  else list.last = task.previous;
  task.previous = undefined;
  task.next = undefined;
  list.size--;
}

/** The tasks as they are now, in their order. */
export function tasksIn(list: TaskList): Task[] {
  const tasks: Task[] = [];
  for (let task = list.first; task !== undefined; task = task.next) tasks.push(task);
  return tasks;
}
