import { expect, test, vi } from 'vitest';
import type { HubEvent } from '../core/index.ts';
import { createDaskKeeper, noDask } from './dask.ts';

const address = 'tcp://127.0.0.1:1';

test('a stop waits for a start that is under way, so that nothing is left running', async () => {
  const running = new Set<number>();
  const events: HubEvent[] = [];
  let count = 0;
  const startDask = async () => {
    await Promise.resolve();
    const id = count++;
    running.add(id);
    return { address, ended: new Promise<string>(() => {}), stop: async () => void running.delete(id) };
  };
  const keeper = createDaskKeeper(startDask, (event) => events.push(event));
  keeper.start({});
  await keeper.stop();
  expect(events).toEqual([{ type: 'dask.started', address }]);
  keeper.start({});
  keeper.start({});
  await vi.waitUntil(() => events.length === 3);
  await keeper.stop();
  expect(running).toEqual(new Set());
});

test('of one that ends by itself the core is told; of one that was stopped it is not', async () => {
  const events: HubEvent[] = [];
  let end = (_why: string): void => {};
  const startDask = async () => {
    const { promise: ended, resolve } = Promise.withResolvers<string>();
    end = resolve;
    return { address, ended, stop: async () => resolve('stopped') };
  };
  const keeper = createDaskKeeper(startDask, (event) => events.push(event));
  keeper.start({});
  await vi.waitUntil(() => events.length === 1);
  end('killed');
  await vi.waitUntil(() => events.length === 2);
  expect(events[1]).toEqual({ type: 'dask.ended', why: 'killed' });
  keeper.start({});
  await keeper.stop();
  expect(events.map(({ type }) => type)).toEqual(['dask.started', 'dask.ended', 'dask.started']);
});

test('without a way to start one, the reason is told', async () => {
  const events: HubEvent[] = [];
  const keeper = createDaskKeeper(noDask, (event) => events.push(event));
  keeper.start({});
  await keeper.stop();
  expect(events).toMatchObject([{ type: 'dask.failed', why: expect.stringContaining('cannot start') }]);
});
