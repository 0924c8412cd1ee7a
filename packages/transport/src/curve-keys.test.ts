import fc from 'fast-check';
import { expect, test } from 'vitest';
import { curveKeyPair } from 'zeromq';
import { curvePublicKey, generateCurvePair } from './curve-keys.ts';
import { decodeZ85, encodeZ85 } from './z85.ts';

test('Z85: the vector of RFC 32, and back again for all bytes', () => {
  const bytes = Uint8Array.from([0x86, 0x4f, 0xd2, 0x6f, 0xb5, 0x59, 0xf7, 0x5b]);
  expect(encodeZ85(bytes)).toBe('HelloWorld');
  expect(decodeZ85('HelloWorld')).toEqual(bytes);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (any) => {
      const whole = any.subarray(0, any.length - (any.length % 4));
      expect(decodeZ85(encodeZ85(whole))).toEqual(Uint8Array.from(whole));
    }),
  );
});

test('Z85: what is none', () => {
  expect(decodeZ85('1234')).toBeUndefined();
  expect(decodeZ85('12"45')).toBeUndefined();
  expect(decodeZ85('#####')).toBeUndefined();
  expect(() => encodeZ85(new Uint8Array(3))).toThrow(RangeError);
});

test('the public key of a secret one is what libzmq says', () => {
  for (let i = 0; i < 50; i++) {
    const pair = curveKeyPair();
    expect(curvePublicKey(pair.secretKey)).toBe(pair.publicKey);
  }
});

test('pairs are new each time and belong together', () => {
  const pairs = Array.from({ length: 50 }, generateCurvePair);
  expect(new Set(pairs.map(({ secretKey }) => secretKey)).size).toBe(50);
  for (const { publicKey, secretKey } of pairs) {
    expect([publicKey.length, secretKey.length]).toEqual([40, 40]);
    expect(curvePublicKey(secretKey)).toBe(publicKey);
  }
});
