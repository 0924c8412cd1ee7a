import type { EngineRegistry, StoredEngine } from '@muster/task-store';
import { until } from '@muster/testkit';
import { expect, test } from 'vitest';
import type { EngineWrite } from '../core/index.ts';
import { createEngineKeeper } from './engine-keeper.ts';

const put = (uuid: string, status: StoredEngine['status'] = 'registered'): EngineWrite => ({
  type: 'engine.put',
  engine: { uuid, id: 0, kernel: '', status },
});
const remove = (uuid: string): EngineWrite => ({ type: 'engine.remove', uuid });

/** A registry that answers, or fails, when a test lets it. */
function setUp() {
  const calls: string[] = [];
  const warnings: object[] = [];
  let failing = false;
  let gate: Promise<void> = Promise.resolve();
  const note = async (what: string): Promise<void> => {
    await gate;
    if (failing) throw new Error('away');
    calls.push(what);
  };
  const registry: EngineRegistry = {
    load: () => ({ engines: [], nextId: 0 }),
    put: ({ uuid, status }) => note(`${uuid} ${status}`),
    remove: (uuid) => note(`${uuid} -`),
  };
  const keeper = createEngineKeeper(registry, (fields) => warnings.push(fields));
  return {
    keeper,
    calls,
    warnings,
    fail: (is: boolean) => {
      failing = is;
    },
    hold(): () => void {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
  };
}

test('a write resolves when it is stored', async () => {
  const { keeper, calls } = setUp();
  await keeper.write([put('a'), put('b')]);
  await keeper.write([remove('a')]);
  expect(calls).toEqual(['a registered', 'b registered', 'a -']);
  expect(keeper.write([])).toBeUndefined();
});

test('of what waits only the latest word on each engine is stored', async () => {
  const { keeper, calls, hold } = setUp();
  const letGo = hold();
  const first = keeper.write([put('a', 'registering')]);
  const all = [put('a'), remove('a'), put('a', 'lost'), put('b'), remove('b')].map((each) => keeper.write([each]));
  letGo();
  await Promise.all([first, ...all]);
  await keeper.stop();
  expect(calls).toEqual(['a registering', 'a lost', 'b -']);
});

test('a store that fails holds nobody up, and has everything in the end', async () => {
  const { keeper, calls, warnings, fail } = setUp();
  fail(true);
  await keeper.write([put('a')]);
  expect(keeper.write([put('b')])).toBeUndefined();
  expect(warnings).toMatchObject([{ why: 'away' }]);
  fail(false);
  await until(() => calls.length === 2, { what: 'both are stored' });
  await keeper.write([put('c')]);
  expect(calls.toSorted()).toEqual(['a registered', 'b registered', 'c registered']);
});

test('the end waits for a store that answers, and not for one that fails', async () => {
  const { keeper, calls, hold } = setUp();
  const letGo = hold();
  const written = keeper.write([put('a')]);
  const stopped = keeper.stop();
  letGo();
  await Promise.all([written, stopped]);
  expect(calls).toEqual(['a registered']);
  const broken = setUp();
  broken.fail(true);
  await broken.keeper.write([put('a')]);
  await broken.keeper.stop();
  expect(broken.calls).toEqual([]);
});

test('a thousand engines at once are stored, each once', async () => {
  const { keeper, calls } = setUp();
  await keeper.write(Array.from({ length: 1000 }, (_, n) => put(`e${n}`)));
  await keeper.stop();
  expect(new Set(calls).size).toBe(1000);
  expect(calls).toHaveLength(1000);
});
