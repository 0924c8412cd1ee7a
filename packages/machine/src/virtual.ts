// Ports for tests and simulations: virtual time, randomness and ids from a seed.
import type { Ports, Random, Timers } from './ports.ts';

/** mulberry32: 32 bits of state, good enough to draw faults, the same on every machine. */
export function seededRandom(seed: number): Random {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Time that stands still until it is told to go on. */
export interface VirtualTime {
  readonly nowUs: number;
  /** Calls back at that moment (at once in order when it has passed). Returns a function that takes it back. */
  at(atUs: number, run: () => void): () => void;
  /** Goes to the next moment at which something is due and runs that. False when nothing is. */
  runNext(): boolean;
  /** Runs all that is due within the next `us` microseconds, then stands at the end of them. */
  advance(us: number): void;
  /** Callbacks waiting. */
  readonly size: number;
}

interface Due {
  readonly atUs: number;
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
}

export function createVirtualTime(startUs = 1_700_000_000_000_000): VirtualTime {
  let nowUs = startUs;
  let order = 0;
  let live = 0;
  const heap: Due[] = [];
  const before = (a: Due, b: Due): boolean => a.atUs < b.atUs || (a.atUs === b.atUs && a.order < b.order);

  function push(due: Due): void {
    let i = heap.push(due) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(heap[i]!, heap[parent]!)) break;
      [heap[i], heap[parent]] = [heap[parent]!, heap[i]!];
      i = parent;
    }
  }
  function pop(): Due | undefined {
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    heap[0] = last;
    for (let i = 0; ; ) {
      const left = 2 * i + 1;
      let least = i;
      if (left < heap.length && before(heap[left]!, heap[least]!)) least = left;
      if (left + 1 < heap.length && before(heap[left + 1]!, heap[least]!)) least = left + 1;
      if (least === i) return top;
      [heap[i], heap[least]] = [heap[least]!, heap[i]!];
      i = least;
    }
  }
  function runNext(untilUs = Number.POSITIVE_INFINITY): boolean {
    for (;;) {
      const top = heap[0];
      if (top === undefined || top.atUs > untilUs) return false;
      pop();
      if (top.cancelled) continue;
      top.cancelled = true;
      live--;
      nowUs = Math.max(nowUs, top.atUs);
      top.run();
      return true;
    }
  }
  return {
    get nowUs() {
      return nowUs;
    },
    at(atUs, run) {
      const due: Due = { atUs: Math.max(atUs, nowUs), order: order++, run, cancelled: false };
      push(due);
      live++;
      return () => {
        if (!due.cancelled) live--;
        due.cancelled = true;
      };
    },
    runNext: () => runNext(),
    advance(us) {
      const end = nowUs + us;
      while (runNext(end));
      nowUs = Math.max(nowUs, end);
    },
    get size() {
      return live;
    },
  };
}

/** Timers on virtual time. */
export function createVirtualTimers(time: VirtualTime): Timers {
  const cancel = new Map<string, () => void>();
  return {
    set(id, atUs, fire) {
      cancel.get(id)?.();
      cancel.set(
        id,
        time.at(atUs, () => {
          cancel.delete(id);
          fire();
        }),
      );
    },
    clear(id) {
      cancel.get(id)?.();
      cancel.delete(id);
    },
    get size() {
      return cancel.size;
    },
  };
}

/** All ports from virtual time and one seed. Each caller gets its own stream of random numbers and ids. */
export function createVirtualPorts(time: VirtualTime, seed: number): Ports {
  const random = seededRandom(seed);
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');
  let last = 0;
  return {
    clock: {
      nowUs() {
        last = Math.max(last + 1, time.nowUs);
        return last;
      },
    },
    random,
    newId: () => `${hex(8)}-${hex(24)}`,
    timers: createVirtualTimers(time),
  };
}
