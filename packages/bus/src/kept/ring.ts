// What a publisher keeps until the hub has stored it: a queue with a place up to which it has been told.
import type { KeptFact } from '../facts.ts';

export interface RingLimits {
  /** Most bytes kept; beyond, the oldest facts go. */
  readonly maxBytes: number;
  /** Most facts kept; beyond, the oldest go. */
  readonly maxFacts: number;
  /** Most bytes told and not acknowledged; further facts wait, so that a slow hub is not overrun. */
  readonly windowBytes: number;
}

interface KeptEntry {
  readonly number: number;
  readonly fact: KeptFact;
  readonly sizeBytes: number;
}

export interface KeptRing {
  /** Returns how many had to go for it. */
  push(fact: KeptFact, sizeBytes: number): number;
  /** The next that is to be told; it counts as told then. */
  next(): KeptEntry | undefined;
  /** Forgets all up to a number. False when none of them was kept. */
  forget(upTo: number): boolean;
  /** What comes after this number is to be told again. */
  rewind(after: number): void;
  /** Number of the oldest kept, or of the next when there is none. */
  readonly oldest: number;
  readonly size: number;
  readonly sizeBytes: number;
}

const compactFrom = 1024;

export function createKeptRing(limits: RingLimits): KeptRing {
  /** `entries[head + i]` has the number `oldest + i`. */
  let entries: (KeptEntry | undefined)[] = [];
  let head = 0;
  let oldest = 1;
  let told = 0;
  let sizeBytes = 0;
  let toldBytes = 0;

  const size = (): number => entries.length - head;
  function shift(): void {
    const { number, sizeBytes: bytes } = entries[head]!;
    entries[head++] = undefined;
    sizeBytes -= bytes;
    if (number <= told) toldBytes -= bytes;
    oldest = number + 1;
    if (told < number) told = number;
    if (head >= compactFrom && head * 2 >= entries.length) {
      entries = entries.slice(head);
      head = 0;
    }
  }
  return {
    push(fact, bytes) {
      entries.push({ number: oldest + size(), fact, sizeBytes: bytes });
      sizeBytes += bytes;
      let gone = 0;
      for (; (sizeBytes > limits.maxBytes || size() > limits.maxFacts) && size() > 1; gone++) shift();
      return gone;
    },
    next() {
      const entry = entries[head + told + 1 - oldest];
      // One that is larger than the window goes alone.
      if (entry === undefined || (toldBytes > 0 && toldBytes + entry.sizeBytes > limits.windowBytes)) return undefined;
      told = entry.number;
      toldBytes += entry.sizeBytes;
      return entry;
    },
    forget(upTo) {
      const before = oldest;
      while (size() > 0 && oldest <= upTo) shift();
      return oldest > before;
    },
    rewind(after) {
      const target = Math.max(after, oldest - 1);
      for (; told > target; told--) toldBytes -= entries[head + told - oldest]!.sizeBytes;
    },
    get oldest() {
      return oldest;
    },
    get size() {
      return size();
    },
    get sizeBytes() {
      return sizeBytes;
    },
  };
}
