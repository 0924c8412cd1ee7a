import { expect, test } from 'vitest';
import { createTurns } from './turns.ts';

test('one after the other, also after one that failed', async () => {
  const turns = createTurns();
  const order: number[] = [];
  const first = turns.run(async () => {
    await Promise.resolve();
    order.push(1);
    throw new Error('no');
  });
  const second = turns.run(async () => order.push(2));
  await expect(first).rejects.toThrow('no');
  await second;
  expect(order).toEqual([1, 2]);
});

test('an interruption ends what runs and what waits, and nothing that comes after', async () => {
  const turns = createTurns();
  const running = turns.run((signal) => new Promise((_, reject) => signal.addEventListener('abort', reject)));
  const waiting = turns.run(async () => 'never');
  const ends = Promise.allSettled([running, waiting]);
  await Promise.resolve();
  turns.interrupt();
  expect(await turns.run(async () => 'after')).toBe('after');
  expect((await ends).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

test("the caller's signal counts, too", async () => {
  const aborting = new AbortController();
  aborting.abort();
  await expect(createTurns().run(async () => 1, aborting.signal)).rejects.toThrow('abort');
});
