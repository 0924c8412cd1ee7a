import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeText } from './bytes.ts';
import { createReplayGuard } from './replay-guard.ts';

const signature = (n: number): Uint8Array => encodeText(createHash('sha256').update(`${n}`).digest('hex'));
/** They differ in some of their digits only. */
const alike = (n: number): Uint8Array => encodeText(n.toString(16).padStart(64, '0').split('').reverse().join(''));

test('a signature is fresh once', () => {
  const guard = createReplayGuard();
  expect(guard.isFresh(signature(1))).toBe(true);
  expect(guard.isFresh(signature(2))).toBe(true);
  expect(guard.isFresh(Buffer.from(signature(1)))).toBe(false);
  expect(guard.size).toBe(2);
});

test('empty signatures are always fresh: without a key there is nothing to tell messages apart by', () => {
  const guard = createReplayGuard();
  expect([guard.isFresh(new Uint8Array(0)), guard.isFresh(new Uint8Array(0)), guard.size]).toEqual([true, true, 0]);
});

test.each([signature, alike])('at least the last `limit` are remembered, and never more than twice as many', (make) => {
  const limit = 100;
  const guard = createReplayGuard(limit);
  for (let n = 0; n < 1000; n++) {
    expect(guard.isFresh(make(n))).toBe(true);
    expect(guard.size).toBeLessThanOrEqual(2 * limit);
    if (n >= limit) expect(guard.isFresh(make(n - limit + 1))).toBe(false);
  }
  expect(guard.isFresh(make(0))).toBe(true);
});

test('it takes what two generations of a Set take, and nothing else', () => {
  const limit = 2000;
  const agrees = (order: number[]): void => {
    const guard = createReplayGuard(limit);
    let young = new Set<number>();
    let old = new Set<number>();
    const isFresh = (n: number): boolean => {
      if (young.has(n) || old.has(n)) return false;
      if (young.size >= limit) [old, young] = [young, new Set()];
      young.add(n);
      return true;
    };
    expect(order.map((n) => guard.isFresh(signature(n)))).toEqual(order.map(isFresh));
  };
  const order = fc.array(fc.nat(9000), { minLength: 5000, maxLength: 8000 });
  fc.assert(fc.property(order, agrees), { numRuns: 10, endOnFailure: true });
});

test('thousands of signatures that are no digests are kept apart, too', () => {
  const guard = createReplayGuard();
  const odd = Array.from({ length: 3000 }, (_, n) => encodeText(`signature ${n}`));
  expect(odd.every((one) => guard.isFresh(one))).toBe(true);
  expect(odd.some((one) => guard.isFresh(one))).toBe(false);
});
