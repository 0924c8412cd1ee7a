import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeLatin1, decodeText, encodeText, equalBytes, fromPeerId, toPeerId } from './bytes.ts';
import { ownBytes } from './own-bytes.ts';

const bytes = fc.uint8Array({ maxLength: 300 });

test('text comes back; what is not UTF-8 throws TypeError, also from a Buffer', () => {
  const there = (text: string): void => {
    expect(decodeText(encodeText(text))).toBe(text);
    expect(decodeText(Buffer.from(text))).toBe(text);
  };
  fc.assert(fc.property(fc.string({ unit: 'binary' }), there));
  for (const text of ['', '\ufffd', '\ufeff{}', 'żółć 漢字 🎻 \u2028\u0000']) there(text);
  for (const bad of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0x22, 0xfe, 0x22], [0xef, 0xbf, 0xbd, 0x80]]) {
    expect(() => decodeText(new Uint8Array(bad))).toThrow(TypeError);
    expect(() => decodeText(Buffer.from(bad))).toThrow(TypeError);
  }
}, 60_000);

test('decoding agrees with the strict decoder of the platform for any bytes', () => {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const outcome = (run: () => string): string => {
    try {
      return `text ${run()}`;
    } catch (error) {
      return (error as Error).name;
    }
  };
  const agrees = (given: Uint8Array): void => {
    expect(outcome(() => decodeText(given))).toBe(outcome(() => strict.decode(given)));
  };
  fc.assert(fc.property(bytes, agrees), { numRuns: 2000 });
});

test('an identity of any bytes is a text and comes back; also when it is part of a larger block', () => {
  const there = (given: Uint8Array): void => {
    expect(fromPeerId(toPeerId(given))).toEqual(new Uint8Array(given));
    expect(toPeerId(Buffer.from(given))).toBe(toPeerId(given));
    expect(toPeerId(given.subarray(1))).toBe(toPeerId(given).slice(1));
    expect(decodeLatin1(given, 5)).toBe(toPeerId(given).slice(0, 5));
  };
  fc.assert(fc.property(bytes, there));
});

test('equal bytes', () => {
  const a = encodeText('abc');
  expect(equalBytes(a, Buffer.from('abc'))).toBe(true);
  expect(equalBytes(a, encodeText('abd'))).toBe(false);
  expect(equalBytes(a, encodeText('ab'))).toBe(false);
});

test('what may be kept is a copy when it is a small part of a block, also of a Buffer', () => {
  const block = Buffer.alloc(1000, 7);
  const kept = ownBytes(block.subarray(10, 20));
  block.fill(0);
  expect([...kept]).toEqual(new Array(10).fill(7));
  expect(kept.buffer.byteLength).toBe(10);
  const whole = new Uint8Array(8);
  expect(ownBytes(whole)).toBe(whole);
});
