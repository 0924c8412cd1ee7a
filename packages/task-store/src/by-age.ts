// Records by age, so that the oldest are found without sorting: a binary heap whose entries are dropped when they come up
// and are not valid any more.

export interface AgeEntry {
  /** Microseconds, or -Infinity for stubs, which go first. */
  readonly submitted: number;
  /** Breaks ties: what was placed first is older. */
  readonly order: number;
}

export interface ByAge<T extends AgeEntry> {
  place(entry: T): void;
  /** Takes the oldest entry out; undefined when there is none. */
  takeOldest(): T | undefined;
}

/** `isCurrent` tells whether an entry still stands for its record; `count` how many records there are. */
export function createByAge<T extends AgeEntry>(isCurrent: (entry: T) => boolean, count: () => number): ByAge<T> {
  let heap: T[] = [];
  const before = (a: T, b: T): boolean =>
    a.submitted < b.submitted || (a.submitted === b.submitted && a.order < b.order);

  function push(entry: T): void {
    let i = heap.push(entry) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(entry, heap[parent]!)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = entry;
  }
  function pop(): T | undefined {
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (child >= heap.length || !before(heap[child]!, last)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
    return top;
  }
  return {
    place(entry) {
      push(entry);
      if (heap.length > 2 * count() + 64)
        heap = heap.filter((other) => other === entry || isCurrent(other)).sort(compareAge);
    },
    takeOldest() {
      for (let entry = pop(); entry !== undefined; entry = pop()) if (isCurrent(entry)) return entry;
      return undefined;
    },
  };
}

/** Oldest first, stubs before all. */
export const compareAge = (a: AgeEntry, b: AgeEntry): number =>
  a.submitted === b.submitted ? a.order - b.order : a.submitted < b.submitted ? -1 : 1;
