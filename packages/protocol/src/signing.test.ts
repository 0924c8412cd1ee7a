import { expect, test } from 'vitest';
import { encodeText } from './bytes.ts';
import type { MessageParts } from './message.ts';
import { openSigner } from './signing.ts';

test('without a key nothing is signed and everything is accepted', () => {
  const parts = [1, 2, 3, 4].map((n) => new Uint8Array(n)) as unknown as MessageParts;
  expect(openSigner.sign(parts)).toHaveLength(0);
  expect(openSigner.verify(encodeText('anything'), parts)).toBe(true);
});
