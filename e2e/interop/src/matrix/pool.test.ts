import { expect, test } from 'vitest';
import { inPool } from './pool.ts';

test('never more than the width at a time, in their order, with results in that order', async () => {
  const starts: number[] = [];
  let running = 0;
  let most = 0;
  const results = await inPool([30, 10, 20, 0, 5], 2, async (item) => {
    starts.push(item);
    most = Math.max(most, ++running);
    for (let i = 0; i < item; i++) await Promise.resolve();
    running--;
    return item * 2;
  });
  expect(results).toEqual([60, 20, 40, 0, 10]);
  expect(starts).toEqual([30, 10, 20, 0, 5]);
  expect(most).toBe(2);
});

test('nothing to do, and a fault', async () => {
  expect(await inPool([], 3, async () => 1)).toEqual([]);
  await expect(inPool([1], 3, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});
