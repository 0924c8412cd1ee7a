import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linesOf, readEvent } from './watch-lines.ts';

async function* parts(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (const cut of [...cuts.map((at) => at % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    yield bytes.subarray(from, cut);
    from = cut;
  }
}

test('lines come whole, however the bytes are cut', async () => {
  const line = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\n'));
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.nat()), async (lines, cuts) => {
      const bytes = new TextEncoder().encode(lines.map((text) => `${text}\n`).join(''));
      const read: string[] = [];
      for await (const text of linesOf(parts(bytes, cuts))) read.push(text);
      expect(read).toEqual(lines);
    }),
  );
});

test('half a line at the end is none', async () => {
  const read: string[] = [];
  for await (const text of linesOf(parts(new TextEncoder().encode('a\nb'), []))) read.push(text);
  expect(read).toEqual(['a']);
});

test('a line without end is refused', async () => {
  const endless = async (): Promise<void> => {
    const part = new Uint8Array(1024 * 1024).fill(97);
    const stream = (async function* () {
      for (let i = 0; i < 10; i++) yield part;
    })();
    for await (const _ of linesOf(stream));
  };
  await expect(endless()).rejects.toMatchObject({ code: 'too_large' });
});

test('events', () => {
  const object = { metadata: { name: 'a', resourceVersion: '7' } };
  expect(readEvent(JSON.stringify({ type: 'ADDED', object }))).toEqual({ type: 'added', object });
  expect(readEvent(JSON.stringify({ type: 'BOOKMARK', object }))).toEqual({ type: 'bookmark', resourceVersion: '7' });
  expect(readEvent('{"type":"ERROR","object":{"code":410}}')).toEqual({ type: 'expired' });
});

test.each(['', 'x', 'null', '7', '{}', '{"type":"ADDED"}', '{"type":"ERROR","object":{"code":500,"message":"etcd"}}'])(
  'no event: %s',
  (line) => {
    expect(() => readEvent(line)).toThrow(expect.objectContaining({ code: 'unreachable' }));
  },
);
