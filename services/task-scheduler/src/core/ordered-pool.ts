// Engines with room in a queue for each load level, so that the one whose turn it is is found in O(1).
import type { Pool } from './pool.ts';
import { earlier, roomBy } from './pool.ts';
import type { Engine } from './state.ts';

/** Levels without engines are not there; the others are linked in the order of their loads. */
export interface Level {
  readonly load: number;
  head: Engine | undefined;
  tail: Engine | undefined;
  lower: Level | undefined;
  higher: Level | undefined;
}

/**
 * First comes the lowest level, and there the engine that has been on it longest. `byLoad`: levels are loads; else all engines
 * are on one level, the least recently used first.
 */
export function createOrderedPool(hwm: number, byLoad: boolean): Pool {
  const hasRoom = roomBy(hwm);
  let lowest: Level | undefined;
  let stamp = 0;
  let size = 0;

  /** `near`: a level where the search may begin. A task more or less moves an engine to the next level. */
  function levelFor(load: number, near: Level | undefined): Level {
    let below = near ?? lowest;
    while (below !== undefined && below.load > load) below = below.lower;
    if (below?.load === load) return below;
    let above = below === undefined ? lowest : below.higher;
    while (above !== undefined && above.load < load) [below, above] = [above, above.higher];
    if (above?.load === load) return above;
    const level: Level = { load, head: undefined, tail: undefined, lower: below, higher: above };
    if (below) below.higher = level;
    else lowest = level;
    if (above) above.lower = level;
    return level;
  }
  function drop(level: Level): void {
    if (level.lower) level.lower.higher = level.higher;
    else lowest = level.higher;
    if (level.higher) level.higher.lower = level.lower;
  }
  function insert(engine: Engine, load: number, front: boolean, near: Level | undefined): void {
    const level = levelFor(load, near);
    engine.level = load;
    engine.shelf = level;
    engine.stamp = front ? -++stamp : ++stamp;
    engine.previous = front ? undefined : level.tail;
    engine.next = front ? level.head : undefined;
    if (engine.previous) engine.previous.next = engine;
    else level.head = engine;
    if (engine.next) engine.next.previous = engine;
    else level.tail = engine;
    size++;
  }
  /** A level that is still there and near that of the engine. */
  function takeOut(engine: Engine): Level | undefined {
    const level = engine.shelf!;
    if (engine.previous) engine.previous.next = engine.next;
    else level.head = engine.next;
    if (engine.next) engine.next.previous = engine.previous;
    else level.tail = engine.previous;
    engine.level = -1;
    engine.shelf = undefined;
    engine.previous = undefined;
    engine.next = undefined;
    size--;
    if (level.head !== undefined) return level;
    drop(level);
    return level.lower ?? level.higher;
  }
  const loadOf = (engine: Engine): number => (byLoad ? engine.running.size : 0);

  return {
    hasRoom,
    pick: () => lowest?.head,
    pickSuited(suits) {
      for (let level = lowest; level !== undefined; level = level.higher)
        for (let engine = level.head; engine !== undefined; engine = engine.next) if (suits(engine)) return engine;
      return undefined;
    },
    pickOf: (engines) => engines.reduce(earlier),
    all() {
      const engines: Engine[] = [];
      for (let level = lowest; level !== undefined; level = level.higher)
        for (let engine = level.head; engine !== undefined; engine = engine.next) engines.push(engine);
      return engines;
    },
    add(engine) {
      if (engine.level < 0 && hasRoom(engine)) insert(engine, loadOf(engine), true, undefined);
    },
    update(engine, used) {
      const isIn = engine.level >= 0;
      if (!hasRoom(engine)) {
        if (isIn) takeOut(engine);
      } else if (used || engine.level !== loadOf(engine))
        insert(engine, loadOf(engine), false, isIn ? takeOut(engine) : undefined);
    },
    remove(engine) {
      if (engine.level >= 0) takeOut(engine);
    },
    get size() {
      return size;
    },
  };
}
