import fc from 'fast-check';
import { expect, test } from 'vitest';
import { channelFrame, closeFrame, createFrameReader, pongFrame } from './frames.ts';
import { readClientFrames, serverFrame } from './testing/server-frames.ts';

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.constantFrom(125, 126, 127, 65_535, 65_536, 70_000).map((length) => new Uint8Array(length).fill(7)),
);

function collect() {
  const messages: Buffer[] = [];
  const told: string[] = [];
  const read = createFrameReader({
    onPiece(piece, isFirst) {
      if (isFirst) messages.push(Buffer.from(piece));
      else messages.push(Buffer.concat([messages.pop()!, piece]));
    },
    onPing: (payload) => told.push(`ping ${payload}`),
    onClose: () => told.push('close'),
    onFault: (reason) => told.push(reason),
  });
  return { messages, told, read };
}

/** The bytes in pieces of these sizes, again and again. */
function* cut(whole: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, i = 0; at < whole.length; i++) {
    const size = sizes[i % sizes.length]!;
    yield whole.subarray(at, at + size);
    at += size;
  }
}

test('messages come through, whatever their sizes, in whatever pieces and frames', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1 });
  const message = fc.record({ payload: bytes, frames: fc.integer({ min: 1, max: 3 }), ping: fc.boolean() });
  const check = (wanted: { payload: Uint8Array; frames: number; ping: boolean }[], pieces: number[]): void => {
    const { messages, told, read } = collect();
    const whole = wanted.flatMap(({ payload, frames, ping }) => {
      const size = Math.ceil(payload.length / frames) || 1;
      const parts = [...cut(Buffer.from(payload), [size])];
      if (parts.length === 0) parts.push(Buffer.alloc(0));
      return parts.flatMap((part, i) => [
        serverFrame(i === 0 ? 2 : 0, part, i === parts.length - 1),
        // Control frames may stand between those of a message.
        ...(ping ? [serverFrame(9, Buffer.from('p'))] : []),
      ]);
    });
    for (const piece of cut(Buffer.concat([...whole, serverFrame(8, Buffer.alloc(0))]), pieces)) read(piece);
    const filled = wanted.filter(({ payload }) => payload.length > 0);
    expect(messages.filter(({ length }) => length > 0).map((one) => one.toString('hex'))).toEqual(
      filled.map(({ payload }) => Buffer.from(payload).toString('hex')),
    );
    expect(told.at(-1)).toBe('close');
  };
  fc.assert(fc.property(fc.array(message, { maxLength: 5 }), sizes, check), { numRuns: 200 });
});

test('what a client sends is masked, and a server reads it', () => {
  fc.assert(
    fc.property(bytes, (payload) => {
      const frames = readClientFrames(
        Buffer.concat([channelFrame(3, payload), pongFrame(Buffer.from('x')), closeFrame()]),
      );
      expect(frames.map(({ opcode }) => opcode)).toEqual([2, 10, 8]);
      expect(frames[0]!.payload.equals(Buffer.concat([Buffer.from([3]), payload]))).toBe(true);
      expect(frames[2]!.payload.readUInt16BE(0)).toBe(1000);
    }),
    { numRuns: 50 },
  );
});

test.each<[string, number[]]>([
  ['a frame of a server is masked', [0x82, 0x80]],
  ['a frame uses an extension', [0xc2, 0x00]],
  ['a control frame is too long', [0x89, 126, 0, 126]],
  ['a control frame is too long', [0x09, 1]],
  ['a frame is too long', [0x82, 127, 255, 255, 255, 255, 255, 255, 255, 255]],
  ['a frame with opcode 0 is out of place', [0x80, 1]],
  ['a frame with opcode 3 is out of place', [0x83, 1]],
  ['a frame with opcode 2 is out of place', [0x02, 0, 0x82, 1]],
])('%s: nothing more is read', (reason, broken) => {
  const { messages, told, read } = collect();
  read(Buffer.from(broken));
  read(serverFrame(2, Buffer.from('later')));
  expect(told).toEqual([reason]);
  expect(messages.every(({ length }) => length === 0)).toBe(true);
});

test('any bytes are taken without an exception', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), (pieces) => {
      const { read } = collect();
      for (const piece of pieces) read(Buffer.from(piece));
    }),
  );
});
