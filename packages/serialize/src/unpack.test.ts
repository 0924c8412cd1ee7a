import { MusterError } from '@muster/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packValue, unpackCall, unpackValue } from './index.ts';

const samples = [
  { a: [1, 'two', 3n, new Date(5), /x/g], m: new Map([[{}, new Set([1.5])]]), f: new Float64Array(300) },
  [new Error('x', { cause: new TypeError('y') }), Buffer.alloc(40), new ArrayBuffer(4000), new BigInt64Array(3)],
  'ünï\u{1f600}',
];

/** Runs, and fails unless it returns or throws an error of ours. */
function onlyTypedErrors(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(MusterError);
  }
}

test('a Python pickle is recognised', () => {
  for (const protocol of [2, 3, 4, 5])
    expect(() => unpackValue([Uint8Array.from([0x80, protocol, 0x4b, 1, 0x2e])])).toThrow(
      expect.objectContaining({ code: 'python_value', message: expect.stringContaining('Python engine') }),
    );
});

test('no frames, missing frames and other versions are refused', () => {
  const frames = packValue(new Uint8Array(5000));
  const other = Buffer.from(frames[0]!);
  other[4] = 9;
  for (const bad of [[], [frames[0]!], [new Uint8Array(0)], [other, frames[1]!]])
    expect(() => unpackValue(bad)).toThrow(expect.objectContaining({ code: 'bad_value' }));
});

test('garbage gives typed errors only', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 4 }), (frames) =>
      onlyTypedErrors(() => unpackValue(frames)),
    ),
    { numRuns: 2000 },
  );
});

test('a good head with changed, cut or inserted bytes gives a value or a typed error', () => {
  const edit = fc.record({ at: fc.nat(), byte: fc.nat(255), kind: fc.constantFrom('set', 'cut', 'insert', 'drop') });
  fc.assert(
    fc.property(fc.constantFrom(...samples), fc.array(edit, { minLength: 1, maxLength: 6 }), (sample, edits) => {
      const frames = packValue(sample).map((frame) => Uint8Array.from(frame));
      for (const { at, byte, kind } of edits) {
        const which = at % 3 === 0 ? at % frames.length : 0;
        const frame = frames[which];
        if (frame === undefined) continue;
        const i = at % (frame.length + 1);
        if (kind === 'set') frame[i] = byte;
        else if (kind === 'cut') frames[which] = frame.slice(0, i);
        else if (kind === 'insert') frames[which] = Uint8Array.from([...frame.slice(0, i), byte, ...frame.slice(i)]);
        else frames.splice(which === 0 ? frames.length : which, 1);
      }
      onlyTypedErrors(() => unpackValue(frames));
    }),
    { numRuns: 5000 },
  );
});

test('calls of any content give typed errors only', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (muster, source) => {
      onlyTypedErrors(() => unpackCall({ muster: muster as never }, packValue([])));
      onlyTypedErrors(() => unpackCall({ muster: { version: 1, function: source as never } }, packValue(source)));
    }),
  );
});
