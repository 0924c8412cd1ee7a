import { createHmac } from 'node:crypto';
import type { MessageParts } from '@muster/protocol';
import { encodeText, openSigner } from '@muster/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHmacSigner } from './hmac.ts';

const ascii = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const parts = (...texts: string[]): MessageParts => texts.map(encodeText) as unknown as MessageParts;

test('test vectors of RFC 4231 whose keys are text', () => {
  expect(ascii(createHmacSigner('Jefe').sign(parts('what do ya ', '', 'want for ', 'nothing?')))).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  );
  expect(ascii(createHmacSigner('\x0b'.repeat(20)).sign(parts('Hi ', 'The', 're', '')))).toBe(
    'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  );
});

const bytes = fc.uint8Array({ maxLength: 300 });
const large = fc.integer({ min: 16_000, max: 17_000 }).map((size) => new Uint8Array(size).fill(size));
const anyParts = fc.tuple(bytes, bytes, bytes, fc.oneof(bytes, large));
const anyKey = fc.string({ minLength: 1, maxLength: 150, unit: 'binary' });

test('agrees with node:crypto on random keys and parts, of any size', () => {
  fc.assert(
    fc.property(anyKey, anyParts, (key, four) => {
      const expected = createHmac('sha256', Buffer.from(key, 'utf8')).update(Buffer.concat(four)).digest('hex');
      const signer = createHmacSigner(key);
      expect(ascii(signer.sign(four))).toBe(expected);
      expect(signer.verify(Buffer.from(expected), four)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('no changed byte, length or case passes', () => {
  const signer = createHmacSigner('key');
  const four = parts('{"msg_id":"1"}', '{}', '{}', '{"code":"1"}');
  const signature = signer.sign(four);
  for (let i = 0; i < signature.length; i++) {
    const changed = Uint8Array.from(signature);
    changed[i]! ^= 1;
    expect(signer.verify(changed, four)).toBe(false);
  }
  expect(signer.verify(signature.subarray(0, 63), four)).toBe(false);
  expect(signer.verify(Buffer.concat([signature, signature]), four)).toBe(false);
  expect(signer.verify(new Uint8Array(0), four)).toBe(false);
  expect(signer.verify(Buffer.from(ascii(signature).toUpperCase()), four)).toBe(false);
  expect(signer.verify(signature, parts('{"msg_id":"2"}', '{}', '{}', '{"code":"1"}'))).toBe(false);
  expect(createHmacSigner('other').verify(signature, four)).toBe(false);
});

test('signatures do not share memory with each other', () => {
  const signer = createHmacSigner('key');
  const one = signer.sign(parts('1', '', '', ''));
  const kept = ascii(one);
  signer.sign(parts('2', '', '', ''));
  expect(ascii(one)).toBe(kept);
});

test('the empty key signs nothing and accepts everything', () => {
  expect(createHmacSigner('')).toBe(openSigner);
});
