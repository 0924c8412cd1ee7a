// Engines with room in lists from which one is drawn in O(1): a list for each load, or one for all.
import type { Pool, Suits } from './pool.ts';
import { roomBy } from './pool.ts';
import type { Engine } from './state.ts';

/** How one is drawn. */
export interface Lottery {
  /** There is a list for each load; else one for all. */
  readonly byLoad: boolean;
  /** How much more probable an engine with so many tasks is than others. */
  readonly weight: (load: number) => number;
  /** Two are drawn, and the better one is taken. Without it, one is. */
  readonly better?: (a: Engine, b: Engine) => Engine;
}

/** So often one is drawn that may not suit, before those that do are looked for. */
const draws = 8;

export function createRandomPool(hwm: number, { byLoad, weight, better }: Lottery): Pool {
  const hasRoom = roomBy(hwm);
  const lists = new Map<number, Engine[]>();
  let stamp = 0;
  let size = 0;

  function insert(engine: Engine, front: boolean): void {
    engine.level = byLoad ? engine.running.size : 0;
    engine.stamp = front ? -++stamp : ++stamp;
    let list = lists.get(engine.level);
    if (list === undefined) {
      list = [];
      lists.set(engine.level, list);
    }
    engine.slot = list.push(engine) - 1;
    size++;
  }
  function remove(engine: Engine): void {
    if (engine.level < 0) return;
    const list = lists.get(engine.level)!;
    const last = list.pop()!;
    if (last !== engine) {
      list[engine.slot] = last;
      last.slot = engine.slot;
    }
    if (list.length === 0) lists.delete(engine.level);
    engine.level = -1;
    size--;
  }
  function draw(random: () => number): Engine {
    let total = 0;
    for (const [load, list] of lists) total += list.length * weight(load);
    let left = random() * total;
    let last: Engine | undefined;
    for (const [load, list] of lists) {
      const at = Math.floor(left / weight(load));
      if (at < list.length) return list[at]!;
      left -= list.length * weight(load);
      last = list.at(-1);
    }
    // What is left over was lost in rounding.
    return last!;
  }
  function drawSuited(suits: Suits, random: () => number): Engine | undefined {
    for (let i = 0; i < draws; i++) {
      const engine = draw(random);
      if (suits(engine)) return engine;
    }
    return undefined;
  }
  function drawOf(engines: readonly Engine[], random: () => number): Engine {
    let left = random() * engines.reduce((sum, engine) => sum + weight(engine.running.size), 0);
    for (const engine of engines) {
      left -= weight(engine.running.size);
      if (left < 0) return engine;
    }
    return engines.at(-1)!;
  }
  const all = (): Engine[] => [...lists.values()].flat();
  const choose = (one: () => Engine): Engine => (better === undefined ? one() : better(one(), one()));

  return {
    hasRoom,
    all,
    remove,
    pick: (random) => (size === 0 ? undefined : choose(() => draw(random))),
    pickOf: (engines, random) => choose(() => drawOf(engines, random)),
    pickSuited(suits, random) {
      if (size === 0) return undefined;
      let suited: readonly Engine[] | undefined;
      const one = (): Engine | undefined => {
        const engine = suited === undefined ? drawSuited(suits, random) : undefined;
        if (engine !== undefined) return engine;
        suited ??= all().filter(suits);
        return suited.length === 0 ? undefined : drawOf(suited, random);
      };
      const [first, second] = [one(), better && one()];
      return better && first && second ? better(first, second) : first;
    },
    add(engine) {
      if (engine.level < 0 && hasRoom(engine)) insert(engine, true);
    },
    update(engine, used) {
      if (!hasRoom(engine)) remove(engine);
      else if (used || engine.level !== (byLoad ? engine.running.size : 0)) {
        remove(engine);
        insert(engine, false);
      }
    },
    get size() {
      return size;
    },
  };
}
