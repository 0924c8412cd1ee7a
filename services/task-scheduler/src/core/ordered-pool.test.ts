// The pool against a list that is searched as a whole each time.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultConfig } from '../config.ts';
import { createEngine } from './engine-life.ts';
import { createOrderedPool } from './ordered-pool.ts';
import type { Engine } from './state.ts';
import { createState } from './state.ts';

/** The rules in words: lowest level first, there whoever has been on it longest; newcomers before all others. */
function createNaivePool(hwm: number, byLoad: boolean) {
  const places = new Map<Engine, { level: number; since: number }>();
  let moment = 0;
  const levelOf = (engine: Engine): number => (byLoad ? engine.running.size : 0);
  const hasRoom = (engine: Engine): boolean => !engine.drained && (hwm === 0 || engine.running.size < hwm);
  return {
    add(engine: Engine): void {
      if (!places.has(engine) && hasRoom(engine)) places.set(engine, { level: levelOf(engine), since: -++moment });
    },
    update(engine: Engine, used: boolean): void {
      if (!hasRoom(engine)) places.delete(engine);
      else if (used || places.get(engine)?.level !== levelOf(engine))
        places.set(engine, { level: levelOf(engine), since: ++moment });
    },
    remove: (engine: Engine): boolean => places.delete(engine),
    order: (): string[] =>
      [...places].sort(([, a], [, b]) => a.level - b.level || a.since - b.since).map(([{ uuid }]) => uuid),
  };
}

const engineCount = 6;
const act = fc.record({
  what: fc.constantFrom('give', 'give', 'give', 'take', 'take', 'add', 'remove', 'drain'),
  which: fc.nat(engineCount - 1),
});

test.each([true, false])('by load %s: the same engines in the same order, whatever happens', (byLoad) => {
  const agrees = (hwm: number, acts: { what: string; which: number }[]): void => {
    const state = createState(defaultConfig, 'scheduler');
    const engines = Array.from({ length: engineCount }, (_, id) =>
      createEngine(state, { id, uuid: `e${id}`, kernel: 'python' }, true),
    );
    const pool = createOrderedPool(hwm, byLoad);
    const naive = createNaivePool(hwm, byLoad);
    for (const { what, which } of acts) {
      const engine = what === 'give' ? pool.pick(Math.random) : engines[which]!;
      if (engine === undefined) continue;
      if (what === 'give' || what === 'take') {
        if (what === 'take' && engine.running.size === 0) continue;
        engine.running.size += what === 'give' ? 1 : -1;
        for (const one of [pool, naive]) one.update(engine, what === 'give');
      } else if (what === 'add') {
        engine.drained = false;
        for (const one of [pool, naive]) one.add(engine);
      } else {
        engine.drained = what === 'drain';
        for (const one of [pool, naive]) one.remove(engine);
      }
      const order = naive.order();
      expect(pool.all().map(({ uuid }) => uuid)).toEqual(order);
      expect([pool.size, pool.pick(Math.random)?.uuid]).toEqual([order.length, order[0]]);
      const suited = pool.pickSuited(({ id }) => id % 2 === 0, Math.random);
      expect(suited?.uuid).toBe(order.find((uuid) => Number(uuid.slice(1)) % 2 === 0));
      if (order.length > 0) expect(pool.pickOf([...pool.all()].reverse(), Math.random).uuid).toBe(order[0]);
    }
  };
  fc.assert(fc.property(fc.nat(4), fc.array(act, { maxLength: 120 }), agrees), { numRuns: 300 });
});
