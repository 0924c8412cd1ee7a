import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Breach } from '../breach.ts';
import { defaultLimits } from '../limits.ts';
import { encodeCommand } from './commands.ts';
import { createDecoder } from './decoder.ts';
import { flags, readLongSize, wireBytes, writeHeader, writeMessage } from './frames.ts';
import { piecesOf } from './pieces.ts';

const smallSizes = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constantFrom(254, 255, 256));
const largeSizes = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.constantFrom(16_383, 16_384, 65_535, 65_536, 65_545, 300_000, 1_048_577),
);
type Item = { readonly message: readonly number[] } | { readonly command: string };
const streamOf = (sizes: typeof smallSizes, maxLength: number) =>
  fc.array(
    fc.oneof(
      { weight: 5, arbitrary: fc.record({ message: fc.array(sizes, { minLength: 1, maxLength: 5 }) }) },
      { weight: 1, arbitrary: fc.record({ command: fc.constantFrom('PING', 'PONG', 'SUBSCRIBE') }) },
    ),
    { minLength: 1, maxLength },
  );
const cutsOf = (min: number, max: number) => fc.array(fc.integer({ min, max }), { minLength: 1, maxLength: 30 });
const cuts = cutsOf(1, 100);

const frameOf = (size: number, seed: number): Buffer => Buffer.alloc(size, (seed % 255) + 1);
const framesOf = (numbers: readonly number[]): Buffer[] => numbers.map((size, i) => frameOf(size, size + i));

function encode(items: readonly Item[]): Buffer {
  return Buffer.concat(
    items.map((item) => {
      if ('command' in item) return encodeCommand(item.command);
      const frames = framesOf(item.message);
      const bytes = Buffer.alloc(wireBytes(frames));
      expect(writeMessage(bytes, 0, frames)).toBe(bytes.length);
      return bytes;
    }),
  );
}

type Heard = Buffer[] | string;
/** Feeds a decoder as a connection does: in pieces, and straight into a large frame's memory where it wants that. */
function decode(bytes: Buffer, pieces: readonly number[], limits = defaultLimits()): [Heard[], Breach | undefined] {
  const heard: Heard[] = [];
  const decoder = createDecoder(limits, {
    message: (frames) => heard.push(frames),
    command: (body) => heard.push(body.toString('latin1', 1)),
  });
  try {
    for (let at = 0, n = 0; at < bytes.length; n++) {
      const size = Math.min(pieces[n % pieces.length]!, bytes.length - at);
      const room = decoder.room();
      const taken = room === undefined ? size : Math.min(size, room.length);
      if (room === undefined) decoder.push(Buffer.from(bytes.subarray(at, at + taken)));
      else {
        bytes.copy(room, 0, at, at + taken);
        decoder.filled(taken);
      }
      at += taken;
    }
  } catch (error) {
    if (error instanceof Breach) return [heard, error];
    throw error;
  }
  expect(decoder.unfinishedBytes()).toBe(0);
  return [heard, undefined];
}
const isSame = (heard: Heard, item: Item): boolean => {
  if ('command' in item || typeof heard === 'string') return 'command' in item && heard === item.command;
  const expected = framesOf(item.message);
  return heard.length === expected.length && heard.every((frame, i) => frame.equals(expected[i]!));
};

test.each([
  ['small', streamOf(smallSizes, 8), cuts, 300],
  ['large', streamOf(largeSizes, 4), cutsOf(1_000, 200_000), 60],
] as const)('any cut of a stream of %s frames gives the same messages and commands', (_name, stream, cuts, numRuns) => {
  fc.assert(
    fc.property(stream, cuts, (items: readonly Item[], pieces) => {
      const [heard, breach] = decode(encode(items), pieces);
      expect(breach).toBeUndefined();
      expect(heard.length).toBe(items.length);
      expect(heard.every((one, i) => isSame(one, items[i]!))).toBe(true);
    }),
    { numRuns },
  );
});

test('pieces for the connection are the same bytes, and large frames are not copied', () => {
  fc.assert(
    fc.property(
      fc.array(largeSizes, { minLength: 1, maxLength: 5 }),
      fc.constantFrom(1_000, 65_536, 1_048_576),
      (numbers, largest) => {
        const frames = framesOf(numbers);
        const bytes = Buffer.alloc(wireBytes(frames));
        writeMessage(bytes, 0, frames);
        const pieces = piecesOf(frames, largest);
        expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
        for (const frame of frames)
          if (frame.length >= 16_384) expect(pieces.some(({ buffer }) => buffer === frame.buffer)).toBe(true);
      },
    ),
    { numRuns: 60 },
  );
});

test('commands may stand between the frames of a message', () => {
  const bytes = Buffer.concat([Buffer.from([flags.more, 1, 65]), encodeCommand('PING'), Buffer.from([0, 1, 66])]);
  for (const piece of [1, 2, 100]) {
    const [heard] = decode(bytes, [piece]);
    expect(heard).toEqual(['PING', [Buffer.from('A'), Buffer.from('B')]]);
  }
});

test('any bytes at all give messages or a breach, and nothing else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), cuts, (noise, pieces) => {
      const decoder = createDecoder(
        { ...defaultLimits(), frameBytes: 1e6, messageBytes: 1e6 },
        { message() {}, command() {} },
      );
      try {
        for (let at = 0, n = 0; at < noise.length; at += pieces[n++ % pieces.length]!)
          if (decoder.room() === undefined)
            decoder.push(Buffer.from(noise.subarray(at, at + pieces[n % pieces.length]!)));
        expect(decoder.unfinishedBytes()).toBeLessThan(400 * 200);
      } catch (error) {
        expect(error).toBeInstanceOf(Breach);
      }
    }),
    { numRuns: 1_000 },
  );
});

const limits = { ...defaultLimits(), frameBytes: 1_000, messageBytes: 1_500, framesPerMessage: 3, commandBytes: 50 };
const header = (kind: number, size: number): Buffer => {
  const bytes = Buffer.alloc(9);
  return bytes.subarray(0, writeHeader(bytes, 0, kind, size));
};
test.each([
  ['frame_too_large', header(0, 1_001)],
  ['frame_too_large', Buffer.from([flags.long, 255, 255, 255, 255, 255, 255, 255, 255])],
  ['message_too_large', Buffer.concat([header(flags.more, 1_000), Buffer.alloc(1_000), header(0, 501)])],
  ['too_many_frames', Buffer.from([1, 0, 1, 0, 1, 0, 0, 0])],
  ['command_too_large', header(flags.command, 51)],
  ['bad_frame', header(flags.command | flags.more, 5)],
  ['bad_frame', Buffer.from([8, 0])],
  ['bad_frame', Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 1])],
] as const)('%s', (code, bytes) => {
  for (const pieces of [[1], [3], [1_000]]) expect(decode(bytes, pieces, limits)[1]?.code).toBe(code);
});

test('what is at the limits passes', () => {
  const frames = [Buffer.alloc(1_000), Buffer.alloc(499), Buffer.alloc(1)];
  const bytes = Buffer.alloc(wireBytes(frames));
  writeMessage(bytes, 0, frames);
  expect(decode(bytes, [7], limits)).toEqual([[frames], undefined]);
});

test('a claimed size reserves next to nothing, and what has come is counted', () => {
  const decoder = createDecoder(defaultLimits(), { message() {}, command() {} });
  decoder.push(Buffer.concat([header(0, 4e9), Buffer.alloc(100)]));
  expect(decoder.unfinishedBytes()).toBe(100);
  expect(decoder.room()!.length).toBe(2 ** 20 - 100);
});

test('frames that wait for the rest of their message do not pin the block that they came in', () => {
  let heard: Buffer[] = [];
  const decoder = createDecoder(defaultLimits(), {
    message(frames) {
      heard = frames;
    },
    command() {},
  });
  const block = Buffer.alloc(60_000);
  Buffer.from([1, 1, 65, 1, 1, 66]).copy(block);
  decoder.push(block.subarray(0, 6));
  decoder.push(Buffer.from([0, 1, 67]));
  expect(heard.map(String)).toEqual(['A', 'B', 'C']);
  expect(heard[0]!.buffer.byteLength).toBe(2);
});

test('long sizes go there and back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 256, max: 2 ** 48 - 1 }), (size) => {
      const bytes = header(0, size);
      expect([bytes.length, readLongSize(bytes, 1)]).toEqual([9, size]);
    }),
  );
});
