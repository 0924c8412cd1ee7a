import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KeptFact } from '../facts.ts';
import { createKeptRing } from './ring.ts';

const fact = (n: number): KeptFact => ({ type: 'task.dispatched', msgId: `m${n}`, engineUuid: 'e' });
const limits = { maxBytes: 100, maxFacts: 10, windowBytes: 40 };

type Operation = { push: number } | { next: true } | { forget: number } | { rewind: number };
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ push: fc.integer({ min: 1, max: 50 }) }) },
  { weight: 4, arbitrary: fc.constant({ next: true } as const) },
  { weight: 1, arbitrary: fc.record({ forget: fc.nat(40) }) },
  { weight: 1, arbitrary: fc.record({ rewind: fc.nat(40) }) },
);

test('does what a list with a place in it does', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
      const ring = createKeptRing(limits);
      let list: { number: number; size: number }[] = [];
      let pushed = 0;
      let told = 0;
      const bytes = (from: { size: number }[]): number => from.reduce((sum, { size }) => sum + size, 0);
      for (const each of operations) {
        if ('push' in each) {
          list.push({ number: ++pushed, size: each.push });
          let gone = 0;
          for (; (bytes(list) > limits.maxBytes || list.length > limits.maxFacts) && list.length > 1; gone++)
            told = Math.max(told, list.shift()!.number);
          expect(ring.push(fact(pushed), each.push)).toBe(gone);
        } else if ('next' in each) {
          const underWay = bytes(list.filter(({ number }) => number <= told));
          const next = list.find(({ number }) => number > told);
          const fits = next !== undefined && (underWay === 0 || underWay + next.size <= limits.windowBytes);
          expect(ring.next()).toEqual(
            fits ? { number: next.number, fact: fact(next.number), sizeBytes: next.size } : undefined,
          );
          if (fits) told = next.number;
        } else if ('forget' in each) {
          const before = list.length;
          list = list.filter(({ number }) => number > each.forget);
          expect(ring.forget(each.forget)).toBe(list.length < before);
          told = Math.max(told, Math.min(each.forget, pushed));
        } else {
          ring.rewind(each.rewind);
          told = Math.min(told, Math.max(each.rewind, (list[0]?.number ?? pushed + 1) - 1));
        }
        expect(ring).toMatchObject({
          size: list.length,
          sizeBytes: bytes(list),
          oldest: list[0]?.number ?? pushed + 1,
        });
      }
    }),
    { numRuns: 500 },
  );
});

test('a hundred thousand facts that come and go leave nothing behind', () => {
  const ring = createKeptRing({ maxBytes: 1e9, maxFacts: 1e6, windowBytes: 1e9 });
  let wrong = 0;
  for (let n = 1; n <= 100_000; n++) {
    ring.push(fact(n), 10);
    if (ring.next()?.number !== n) wrong++;
    if (n % 1000 === 0) ring.forget(n - 500);
  }
  expect(wrong).toBe(0);
  ring.forget(100_000);
  expect(ring).toMatchObject({ size: 0, sizeBytes: 0, oldest: 100_001 });
});
