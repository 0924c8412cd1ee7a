import fc from 'fast-check';
import { expect, test } from 'vitest';
import { beat, bytesFrom, messageOf } from '../contract/kit.ts';
import type { Fact } from '../facts.ts';
import { writeFact } from './fact-bytes.ts';
import { createInbox } from './inbox.ts';
import { headerBytes, splitFact, writeHeader } from './parts.ts';

const publisher = '\u0001\u00ff345678';

function messagesOf(fact: Fact, sequence: number, maxPayload = 1e6, from = publisher): Buffer[] {
  const written = writeFact(fact, 1e6, headerBytes)!;
  return splitFact(written.bytes, { publisher: from, sequence }, maxPayload)!;
}
const single = (uuid: string, sequence: number, from?: string): Buffer =>
  messagesOf(beat(uuid), sequence, undefined, from)[0]!;

function testInbox(maxFactBytes = 1e6, publisherLimit?: number) {
  const missed: [string, number][] = [];
  const inbox = createInbox({
    maxFactBytes,
    onMissed: (type, count) => missed.push([type, count]),
    ...(publisherLimit !== undefined && { publisherLimit }),
  });
  const hear = (...messages: Buffer[]): string[] =>
    messages.flatMap((bytes) => inbox.receive('heart.started', bytes)?.uuid ?? []);
  return { inbox, missed, hear };
}

test('nothing comes twice or behind what came after it', () => {
  const { inbox, missed, hear } = testInbox();
  const [a, b, c] = [single('a', 5), single('b', 6), single('c', 7)];
  expect(hear(a, a, b, a, c, b, c)).toEqual(['a', 'b', 'c']);
  expect(inbox.stale).toBe(4);
  expect(missed).toEqual([]);
});

test('what does not come is missed, but not what was before the first or while nobody listened', () => {
  const { inbox, missed, hear } = testInbox();
  expect(hear(single('a', 100), single('b', 104), single('other', 3, '87654321'))).toEqual(['a', 'b', 'other']);
  expect(missed).toEqual([['heart.started', 3]]);
  inbox.forget('heart.started');
  expect(hear(single('c', 200), single('d', 201))).toEqual(['c', 'd']);
  expect(missed).toHaveLength(1);
});

const large: Fact = { type: 'task.finished', message: messageOf('m', [bytesFrom(3, 5000), bytesFrom(4, 5)]) };

test('a fact is the same in any number of parts', () => {
  fc.assert(
    fc.property(fc.integer({ min: headerBytes + 1, max: 6000 }), (maxPayload) => {
      const { inbox } = testInbox();
      const messages = messagesOf(large, 1, maxPayload);
      expect(messages.every(({ length }) => length <= maxPayload)).toBe(true);
      const facts = messages.map((bytes) => inbox.receive('task.finished', bytes));
      expect(facts.slice(0, -1).every((fact) => fact === undefined)).toBe(true);
      const frames = facts.at(-1)?.message.frames ?? [];
      expect(frames.map((frame) => [...frame])).toEqual(
        'message' in large && large.message.frames.map((frame) => [...frame]),
      );
      expect(inbox.unfinishedBytes).toBe(0);
    }),
    { numRuns: 200 },
  );
});

test('parts that are missing or mixed up give no fact, and the next fact is heard', () => {
  const { inbox, missed } = testInbox();
  const hear = (bytes: Buffer | undefined) => inbox.receive('task.finished', bytes!);
  const [first, second, ...others] = messagesOf(large, 1, 1000);
  // Joined in the middle.
  expect([second, ...others].map(hear).every((fact) => fact === undefined)).toBe(true);
  hear(first);
  expect(() => hear(others[0])).toThrow('do not fit');
  expect(hear(second)).toBeUndefined();
  const [begin] = messagesOf(large, 2, 1000);
  expect(hear(begin)).toBeUndefined();
  const again = messagesOf(large, 3, 1000);
  expect(again.map(hear).at(-1)).toBeDefined();
  expect(inbox.unfinishedBytes).toBe(0);
  // The first and the second; what came before them had no beginning.
  expect(missed).toEqual([
    ['task.finished', 1],
    ['task.finished', 1],
  ]);
});

test('a fact that is too large, or that nobody finishes, does not stay', () => {
  const { inbox, missed } = testInbox(4000);
  const hear = (bytes: Buffer) => inbox.receive('task.finished', bytes);
  expect(() => messagesOf(large, 1, 1000).map(hear)).toThrow('too large');
  expect(inbox.unfinishedBytes).toBe(0);
  for (let n = 0; n < 100; n++) for (const part of messagesOf(large, 1, 1000, `peer ${n}  `).slice(0, 3)) hear(part);
  expect(inbox.unfinishedBytes).toBeLessThanOrEqual(8000);
  expect(missed.length).toBeGreaterThan(95);
});

test('only so many publishers are remembered', () => {
  const { hear, inbox } = testInbox(1e6, 2);
  for (const from of ['aaaaaaaa', 'bbbbbbbb', 'cccccccc']) hear(single(from, 10, from));
  expect(hear(single('again', 10, 'cccccccc'))).toEqual([]);
  expect(hear(single('forgotten', 10, 'aaaaaaaa'))).toEqual(['forgotten']);
  expect(inbox.stale).toBe(1);
});

test.each([
  ['cut off', Buffer.alloc(0)],
  ['cut off', Buffer.alloc(headerBytes)],
  ['another version', Buffer.alloc(headerBytes + 8)],
])('is refused: %s', (why, bytes) => {
  expect(() => testInbox().hear(bytes)).toThrow(why);
});

test('a part behind the last is refused, and so is a fact in more parts than can be counted', () => {
  const bytes = single('a', 1);
  writeHeader(bytes, { publisher, sequence: 1, part: 1, parts: 1 });
  expect(() => testInbox().hear(bytes)).toThrow('behind the last');
  expect(splitFact(Buffer.alloc(100_000), { publisher, sequence: 1 }, headerBytes + 1)).toBeUndefined();
  expect(splitFact(Buffer.alloc(100), { publisher, sequence: 1 }, headerBytes)).toBeUndefined();
});
