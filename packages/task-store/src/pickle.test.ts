import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readPickle, writePickle } from './pickle.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

test('what was written is read again', () => {
  const item = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.integer({ min: 250, max: 70_000 }).map((n) => new Uint8Array(n).fill(n)),
  );
  fc.assert(
    fc.property(fc.array(item, { maxLength: 8 }), (buffers) => {
      expect(readPickle(writePickle(buffers)).map((b) => Buffer.from(b).toString('hex'))).toEqual(
        buffers.map((b) => Buffer.from(b).toString('hex')),
      );
    }),
    { numRuns: 200 },
  );
});

// Made by pickle.dumps of Python 3.11.
test.each([
  ['protocol 5, none', '\x80\x05]\x94.', []],
  ['protocol 5, one', '\x80\x05\x95\t\0\0\0\0\0\0\0]\x94C\x02ab\x94a.', ['ab']],
  ['protocol 5, the same twice', '\x80\x05\x95\x0c\0\0\0\0\0\0\0]\x94(C\x02ab\x94h\x01e.', ['ab', 'ab']],
  ['protocol 3, two', '\x80\x03]q\x00(C\x01aq\x01C\x00q\x02e.', ['a', '']],
])('reads Python: %s', (_, pickle, expected) => {
  expect(readPickle(bytes(pickle)).map((item) => Buffer.from(item).toString('latin1'))).toEqual(expected);
});

test.each([
  ['a call of a function', 'cos\nsystem\n(S"true"\ntR.'],
  ['a text in the list', '\x80\x03]\x8c\x01aa.'],
  ['a list in the list', '\x80\x03]]a.'],
  ['bytes alone', '\x80\x03C\x01a.'],
  ['a missing item of the memo', '\x80\x03]h\x05a.'],
  ['appends without a mark', '\x80\x03]C\x01ae.'],
  ['a mark left behind', '\x80\x03](.'],
  ['nothing', ''],
  ['an item longer than the rest', '\x80\x03]B\xff\xff\xff\xff'],
  ['an item of 2^63 bytes', '\x80\x04]\x8e\0\0\0\0\0\0\0\x80'],
])('refuses %s', (_, pickle) => {
  expect(() => readPickle(bytes(pickle))).toThrow(RangeError);
});

test('any bytes are read or refused, nothing else', () => {
  const codes = fc.constantFrom(
    ...[0x80, 0x95, 0x5d, 0x28, 0x65, 0x61, 0x2e, 0x43, 0x42, 0x8e, 0x94, 0x71, 0x72, 0x68, 0x6a],
  );
  const mixed = fc.array(fc.oneof(codes, fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 1, 2)), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(mixed, (data) => {
      try {
        for (const item of readPickle(Uint8Array.from(data))) expect(item).toBeInstanceOf(Uint8Array);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
    { numRuns: 5000 },
  );
});

test('a changed pickle is read or refused, nothing else', () => {
  const good = writePickle([bytes('hello'), new Uint8Array(300), bytes('')]);
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, value, length) => {
      const bent = good.slice(0, length);
      if (at < length) bent[at] = value;
      try {
        readPickle(bent);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
    { numRuns: 2000 },
  );
});
