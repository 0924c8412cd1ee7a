import { expect, test } from 'vitest';
import { encodeText } from './bytes.ts';
import type { MessageParts } from './message.ts';
import { createReplayGuard, openSigner } from './signing.ts';

const signature = (n: number): Uint8Array => encodeText(n.toString(16).padStart(64, '0').split('').reverse().join(''));

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

test('at least the last `limit` are remembered, and never more than twice as many', () => {
  const limit = 100;
  const guard = createReplayGuard(limit);
  for (let n = 0; n < 1000; n++) {
    expect(guard.isFresh(signature(n))).toBe(true);
    expect(guard.size).toBeLessThanOrEqual(2 * limit);
    if (n >= limit) expect(guard.isFresh(signature(n - limit + 1))).toBe(false);
  }
  expect(guard.isFresh(signature(0))).toBe(true);
});

test('without a key nothing is signed and everything is accepted', () => {
  const parts = [1, 2, 3, 4].map((n) => new Uint8Array(n)) as unknown as MessageParts;
  expect(openSigner.sign(parts)).toHaveLength(0);
  expect(openSigner.verify(encodeText('anything'), parts)).toBe(true);
});
