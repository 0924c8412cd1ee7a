import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createOutbox } from './outbox.ts';

const fact = (sequence: number, sizeBytes: number) =>
  ({ type: 'heart.started', sequence, bytes: Buffer.alloc(sizeBytes) }) as const;

test('what waits is bounded: the oldest go, the newest always stays', () => {
  const outbox = createOutbox(10_000);
  for (let n = 1; n <= 100; n++) outbox.push(fact(n, 850));
  expect([outbox.size, outbox.bytes, outbox.dropped]).toEqual([10, 10_000, 90]);
  expect(outbox.shift()?.sequence).toBe(91);
  outbox.push(fact(101, 50_000));
  expect([outbox.size, outbox.dropped]).toEqual([1, 99]);
  expect(outbox.shift()?.sequence).toBe(101);
  expect([outbox.shift(), outbox.bytes]).toEqual([undefined, 0]);
});

test('behaves as a list, whatever the order of steps', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(2000), fc.constant(-1)), { maxLength: 6000, size: 'max' }), (steps) => {
      const outbox = createOutbox(1e9);
      const list: number[] = [];
      for (const [n, step] of steps.entries()) {
        if (step >= 0) {
          outbox.push(fact(n, step));
          list.push(n);
        } else expect(outbox.shift()?.sequence).toBe(list.shift());
      }
      expect(outbox.size).toBe(list.length);
      while (list.length > 0) expect(outbox.shift()?.sequence).toBe(list.shift());
      expect(outbox.bytes).toBe(0);
    }),
    { numRuns: 30 },
  );
});
