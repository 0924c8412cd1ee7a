// Engines that may be given one more task, in one queue for each load level, so that the next engine is found in O(1).
import type { Engine } from './state.ts';

interface Level {
  head: Engine | undefined;
  tail: Engine | undefined;
}

export interface Pool {
  /** The engine whose turn it is: of the lowest level, the one that has been there longest. */
  first(): Engine | undefined;
  /** All engines with room, in no particular order. */
  all(): Engine[];
  hasRoom(engine: Engine): boolean;
  /** A new engine, or one that may be given tasks now: before all others (§6.1). No effect when it is there. */
  add(engine: Engine): void;
  /** Its load has changed. `used`: it has just been given a task. */
  update(engine: Engine, used: boolean): void;
  remove(engine: Engine): void;
  readonly size: number;
}

/** Of two engines with room, the one that comes first in the pool. */
export const earlier = (a: Engine, b: Engine): Engine => {
  if (a.level !== b.level) return a.level < b.level ? a : b;
  return a.stamp < b.stamp ? a : b;
};

/**
 * `hwm`: tasks that an engine may have at once, 0 for any number. `byLoad`: levels are loads; else all engines are on one
 * level, the least recently used first.
 */
export function createPool(hwm: number, byLoad: boolean): Pool {
  const levels = new Map<number, Level>();
  let lowest = 0;
  let stamp = 0;
  let size = 0;

  const hasRoom = (engine: Engine): boolean =>
    engine.proven && !engine.drained && (hwm === 0 || engine.running.size < hwm);

  function insert(engine: Engine, level: number, front: boolean): void {
    const queue = levels.get(level) ?? { head: undefined, tail: undefined };
    if (queue.head === undefined) levels.set(level, queue);
    engine.level = level;
    engine.stamp = front ? -++stamp : ++stamp;
    engine.previous = front ? undefined : queue.tail;
    engine.next = front ? queue.head : undefined;
    if (engine.previous) engine.previous.next = engine;
    else queue.head = engine;
    if (engine.next) engine.next.previous = engine;
    else queue.tail = engine;
    if (size === 0 || level < lowest) lowest = level;
    size++;
  }

  function remove(engine: Engine): void {
    if (engine.level < 0) return;
    const queue = levels.get(engine.level)!;
    if (engine.previous) engine.previous.next = engine.next;
    else queue.head = engine.next;
    if (engine.next) engine.next.previous = engine.previous;
    else queue.tail = engine.previous;
    if (queue.head === undefined) levels.delete(engine.level);
    engine.level = -1;
    engine.previous = undefined;
    engine.next = undefined;
    size--;
  }

  return {
    hasRoom,
    remove,
    first() {
      if (size === 0) return undefined;
      // An assignment lifts an engine by one level; only when engines fill up or leave are there gaps to search.
      if (!levels.has(lowest)) lowest = levels.has(lowest + 1) ? lowest + 1 : Math.min(...levels.keys());
      return levels.get(lowest)?.head;
    },
    all() {
      const engines: Engine[] = [];
      for (const { head } of levels.values())
        for (let engine = head; engine !== undefined; engine = engine.next) engines.push(engine);
      return engines;
    },
    add(engine) {
      if (engine.level < 0 && hasRoom(engine)) insert(engine, byLoad ? engine.running.size : 0, true);
    },
    update(engine, used) {
      const level = byLoad ? engine.running.size : 0;
      if (!hasRoom(engine)) remove(engine);
      else if (engine.level !== level || used) {
        remove(engine);
        insert(engine, level, false);
      }
    },
    get size() {
      return size;
    },
  };
}
