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
    return { address, stop: async () => void running.delete(id) };
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

test('without a way to start one, the reason is told', async () => {
  const events: HubEvent[] = [];
  const keeper = createDaskKeeper(noDask, (event) => events.push(event));
  keeper.start({});
  await keeper.stop();
  expect(events).toMatchObject([{ type: 'dask.failed', why: expect.stringContaining('cannot start') }]);
});
