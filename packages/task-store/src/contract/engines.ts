// Engines in a store: one that lasts keeps them.
import { expect, test } from 'vitest';
import type { EngineStatus, StoredEngine } from '../port.ts';
import type { Open } from './kit.ts';

const engine = (uuid: string, id: number, status: EngineStatus = 'registered'): StoredEngine => ({
  uuid,
  id,
  kernel: 'python',
  status,
});

export function noEngines(open: Open): void {
  test('takes engines and keeps none', async () => {
    const { engines } = await open();
    await engines.put(engine('a', 3));
    await engines.remove('a');
    expect(await engines.load()).toEqual({ engines: [], nextId: 0 });
  });
}

export function engines(open: Open): void {
  test('keeps engines as they were put last, and gives them by id', async () => {
    const { engines } = await open();
    expect(await engines.load()).toEqual({ engines: [], nextId: 0 });
    const odd = '\u0000 $set.ü\u00ff';
    for (const each of [engine('b', 7), engine('a', 2, 'registering'), engine(odd, 5, 'lost'), engine('a', 2)])
      await engines.put(each);
    expect(await engines.load()).toEqual({
      engines: [engine('a', 2), engine(odd, 5, 'lost'), engine('b', 7)],
      nextId: 8,
    });
  });

  test('no number is free again when its engine is removed', async () => {
    const { engines } = await open();
    for (const id of [0, 9, 4]) await engines.put(engine(`e${id}`, id));
    for (const uuid of ['e9', 'e9', 'nobody', 'e0']) await engines.remove(uuid);
    expect(await engines.load()).toEqual({ engines: [engine('e4', 4)], nextId: 10 });
    await engines.put(engine('e9', 3));
    expect(await engines.load()).toEqual({ engines: [engine('e9', 3), engine('e4', 4)], nextId: 10 });
  });

  test('engines are no tasks', async () => {
    const store = await open();
    await store.engines.put(engine('a', 0));
    expect(await store.query({}, null)).toEqual([]);
    await store.removeWhere({});
    expect(await store.engines.load()).toEqual({ engines: [engine('a', 0)], nextId: 1 });
  });
}
