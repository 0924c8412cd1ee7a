// Waiting tasks, grouped by the engines that suit them: a freed engine looks at the first of each group, not at each task.
// Tasks mostly come in the order of submission and stand in a line; those that come back (retries, dependents) find their
// old place by a heap beside it.
import { addLate, removeLate } from './late-tasks.ts';
import type { Bucket, Engine, State, Task } from './state.ts';
import { append, createTaskList, prepend, takeOut, tasksIn } from './task-list.ts';

export const admits = (bucket: Pick<Bucket, 'kernel' | 'only' | 'blacklist'>, engine: Engine): boolean =>
  (bucket.kernel === undefined || bucket.kernel === engine.kernel) &&
  (bucket.only === undefined ? !bucket.blacklist?.has(engine.uuid) : bucket.only.has(engine.uuid));

/** Puts a task into the bucket of its kind. `only`: uuids that suit it, blacklist already taken off; undefined: any. */
export function enqueue(state: State, task: Task, only: ReadonlySet<string> | undefined): void {
  const bucket = bucketFor(state, task, only);
  const { line, late } = bucket;
  task.bucket = bucket;
  if (line.last === undefined || line.last.seq < task.seq) append(line, task);
  else if (task.seq < line.first!.seq) prepend(line, task);
  else addLate(late, task);
}

/** Takes a waiting task out of its bucket; an empty bucket is dropped. */
export function dequeue(state: State, task: Task): void {
  const bucket = task.bucket;
  if (bucket === undefined) return;
  if (task.slot < 0) takeOut(bucket.line, task);
  else removeLate(bucket.late, task);
  task.bucket = undefined;
  if (sizeOf(bucket) === 0) state.buckets.delete(bucket.key);
}

/** The first submitted of the waiting tasks that suit this engine. */
export function firstFor(state: State, engine: Engine): Task | undefined {
  if (state.buckets.size === 0) return undefined;
  let first: Task | undefined;
  for (const bucket of state.buckets.values()) {
    const head = headOf(bucket)!;
    if ((first === undefined || head.seq < first.seq) && admits(bucket, engine)) first = head;
  }
  return first;
}

/** The first submitted of its tasks. */
export function headOf({ line, late }: Bucket): Task | undefined {
  const [{ first }, firstLate] = [line, late[0]];
  if (first === undefined) return firstLate;
  return firstLate !== undefined && firstLate.seq < first.seq ? firstLate : first;
}

export const sizeOf = ({ line, late }: Bucket): number => line.size + late.length;

/** Its tasks as they are now, in no particular order. */
export const waitingIn = ({ line, late }: Bucket): Task[] => [...tasksIn(line), ...late];

function bucketFor(state: State, { kernel, blacklist: bad }: Task, only: ReadonlySet<string> | undefined): Bucket {
  const blacklist = only === undefined ? bad : undefined;
  const key = bucketKey(kernel, only, blacklist);
  const there = state.buckets.get(key);
  if (there !== undefined) return there;
  // The task's own blacklist grows when it fails again; the bucket's must not.
  const excluded = blacklist && new Set(blacklist);
  const bucket: Bucket = { key, kernel, only, blacklist: excluded, line: createTaskList(), late: [] };
  state.buckets.set(key, bucket);
  return bucket;
}

function bucketKey(
  kernel: string | undefined,
  only: ReadonlySet<string> | undefined,
  blacklist: ReadonlySet<string> | undefined,
): string {
  if (kernel === undefined && only === undefined && blacklist === undefined) return '';
  return JSON.stringify([kernel ?? null, only ? [...only].sort() : null, blacklist ? [...blacklist].sort() : null]);
}
