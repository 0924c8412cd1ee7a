// A binary heap of tasks by order of submission: those that came to wait behind tasks submitted after them, as retries and
// dependents do. Each knows its slot.
import type { Task } from './state.ts';

export function addLate(heap: Task[], task: Task): void {
  task.slot = heap.push(task) - 1;
  siftUp(heap, task.slot);
}

export function removeLate(heap: Task[], task: Task): void {
  const last = heap.pop()!;
  if (last !== task) {
    place(heap, last, task.slot);
    siftUp(heap, last.slot);
    siftDown(heap, last.slot);
  }
  task.slot = -1;
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
