// Waiting tasks, grouped by the engines that suit them: a freed engine looks at the first of each group, not at each task.
// Each group is a binary heap by order of submission. Tasks mostly come in that order, so that adding is O(1); those that
// come back (retries, dependents) find their old place.
import type { Bucket, Engine, State, Task } from './state.ts';

export const admits = (bucket: Omit<Bucket, 'key' | 'heap'>, engine: Engine): boolean =>
  (bucket.kernel === undefined || bucket.kernel === engine.kernel) &&
  (bucket.only === undefined ? !bucket.blacklist?.has(engine.uuid) : bucket.only.has(engine.uuid));

/** Puts a task into the bucket of its kind. `only`: uuids that suit it, blacklist already taken off; undefined: any. */
export function enqueue(state: State, task: Task, only: ReadonlySet<string> | undefined): void {
  const blacklist = only === undefined ? task.blacklist : undefined;
  const key = bucketKey(task.kernel, only, blacklist);
  let bucket = state.buckets.get(key);
  if (bucket === undefined) {
    // The task's own blacklist grows when it fails again; the bucket's must not.
    const excluded = blacklist && new Set(blacklist);
    bucket = { key, kernel: task.kernel, only, blacklist: excluded, heap: [] };
    state.buckets.set(key, bucket);
  }
  task.bucket = bucket;
  task.slot = bucket.heap.push(task) - 1;
  siftUp(bucket.heap, task.slot);
}

/** Takes a waiting task out of its bucket; an empty bucket is dropped. */
export function dequeue(state: State, task: Task): void {
  const bucket = task.bucket;
  if (bucket === undefined) return;
  const { heap } = bucket;
  const last = heap.pop()!;
  if (last !== task) {
    place(heap, last, task.slot);
    siftUp(heap, last.slot);
    siftDown(heap, last.slot);
  }
  task.bucket = undefined;
  task.slot = -1;
  if (heap.length === 0) state.buckets.delete(bucket.key);
}

/** The first submitted of the waiting tasks that suit this engine. */
export function firstFor(state: State, engine: Engine): Task | undefined {
  let first: Task | undefined;
  for (const bucket of state.buckets.values()) {
    const head = bucket.heap[0]!;
    if ((first === undefined || head.seq < first.seq) && admits(bucket, engine)) first = head;
  }
  return first;
}

function bucketKey(
  kernel: string | undefined,
  only: ReadonlySet<string> | undefined,
  blacklist: ReadonlySet<string> | undefined,
): string {
  if (kernel === undefined && only === undefined && blacklist === undefined) return '';
  return JSON.stringify([kernel ?? null, only ? [...only].sort() : null, blacklist ? [...blacklist].sort() : null]);
}

function place(heap: Task[], task: Task, slot: number): void {
  heap[slot] = task;
  task.slot = slot;
}

function siftUp(heap: Task[], from: number): void {
  const task = heap[from]!;
  let slot = from;
  while (slot > 0) {
    const parent = heap[(slot - 1) >> 1]!;
    if (parent.seq < task.seq) break;
    const up = parent.slot;
    place(heap, parent, slot);
    slot = up;
  }
  place(heap, task, slot);
}

function siftDown(heap: Task[], from: number): void {
  const task = heap[from]!;
  let slot = from;
  for (;;) {
    const left = 2 * slot + 1;
    const right = left + 1;
    if (left >= heap.length) break;
    const least = right < heap.length && heap[right]!.seq < heap[left]!.seq ? right : left;
    const child = heap[least]!;
    if (task.seq < child.seq) break;
    place(heap, child, slot);
    slot = least;
  }
  place(heap, task, slot);
}
