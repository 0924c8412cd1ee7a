import { Message, packJson } from '@muster/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesFrom, messageOf, sampleFacts } from '../contract/kit.ts';
import type { Fact, FactType } from '../facts.ts';
import { factTable } from '../facts.ts';
import { isRefusal, readFact, writeFact } from './fact-bytes.ts';

const types = Object.keys(factTable) as FactType[];
const bytesOf = (fact: Fact): Buffer => writeFact(fact, 1e6)!.bytes;
/** A fact without frames, with members as given. */
const handmade = (members: unknown, tail: readonly number[] = [0, 0, 0, 0]): Buffer => {
  const json = Buffer.from(typeof members === 'string' ? members : JSON.stringify(members));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  return Buffer.concat([length, json, Buffer.from(tail)]);
};

test.each(sampleFacts().map((fact) => [fact.type, fact] as const))('%s is read as it was written', (type, fact) => {
  const read = readFact(type, bytesOf(fact));
  if ('message' in read && 'message' in fact)
    expect(read.message.frames.map((frame) => [...frame])).toEqual(fact.message.frames.map((frame) => [...frame]));
  expect({ ...read, message: 0 }).toEqual({ ...fact, message: 0 });
});

test('frames are not copied when a fact is read', () => {
  const bytes = bytesOf({ type: 'task.finished', message: messageOf('m', [bytesFrom(1, 100)]) });
  expect(readFact('task.finished', bytes).message.frames.every(({ buffer }) => buffer === bytes.buffer)).toBe(true);
});

test('members that nobody knows are left out, so that a newer publisher is understood', () => {
  const engine = { id: 1, uuid: 'a', kernel: '', color: 'green' };
  const members = { type: 'engine.registered', engine, more: [1] };
  expect(readFact('engine.registered', handmade(members))).toEqual({
    type: 'engine.registered',
    engine: { id: 1, uuid: 'a', kernel: '' },
  });
});

test.each<[string, unknown]>([
  ['the members are not an object', null],
  ['the type inside is another', []],
  ['the members are not JSON', '{'],
  ['the type inside is another', { type: 'heart.stopped', uuid: 'a' }],
  ['heart.started.uuid is missing', { type: 'heart.started' }],
  ['heart.started.uuid is missing', '{"type":"heart.started","__proto__":{"uuid":"a"}}'],
  ['heart.started.uuid is not text', { type: 'heart.started', uuid: 7 }],
  ['heart.started.uuid is empty', { type: 'heart.started', uuid: '' }],
  ['heart.started.uuid is longer than 255 characters', { type: 'heart.started', uuid: 'x'.repeat(256) }],
])('is refused: %s', (why, members) => {
  expect(() => readFact('heart.started', handmade(members))).toThrow(why);
});

test.each([
  [{ id: -1, uuid: 'a', kernel: '' }, 'engine.id is not a whole number'],
  [{ id: 1.5, uuid: 'a', kernel: '' }, 'engine.id is not a whole number'],
  [{ id: '1', uuid: 'a', kernel: '' }, 'engine.id is not a whole number'],
  [{ id: 1, uuid: 'a', kernel: 'k'.repeat(101) }, 'engine.kernel is longer'],
  [[], 'engine is not an object'],
  [null, 'engine is not an object'],
])('an engine like %j is refused', (engine, why) => {
  expect(() => readFact('engine.registered', handmade({ type: 'engine.registered', engine }))).toThrow(why);
});

test('a message needs its five frames, and other facts have none', () => {
  const finished = { type: 'task.finished' };
  expect(() => readFact('task.finished', handmade(finished))).toThrow('too few frames');
  expect(() => readFact('task.finished', handmade(finished, [0, 0, 0, 4, ...new Array(16).fill(0)]))).toThrow(
    'too few',
  );
  const heart = { type: 'heart.started', uuid: 'a' };
  expect(() => readFact('heart.started', handmade(heart, [0, 0, 0, 1, 0, 0, 0, 0]))).toThrow('has frames');
  expect(() => readFact('heart.started', handmade(heart, [0, 0, 0, 0, 0]))).toThrow('something behind');
  expect(() => readFact('heart.started', handmade(heart, [255, 255, 255, 255]))).toThrow('cut off');
});

test('the header of a message that is said to be verified can be read; others are taken as they are', () => {
  const message = new Message([new Uint8Array(64), Uint8Array.of(1), packJson({}), packJson({}), packJson({})]);
  expect(() => readFact('task.finished', bytesOf({ type: 'task.finished', message }))).toThrow('header is not JSON');
  expect(readFact('iopub.published', bytesOf({ type: 'iopub.published', message })).message.frames).toHaveLength(5);
});

test('of a message that is too large the buffers stay behind; what is then too large is not written', () => {
  const message = messageOf('m', [bytesFrom(1, 3000), bytesFrom(2, 4000)]);
  const written = writeFact({ type: 'task.finished', message }, 2000)!;
  expect(written.leftOutBytes).toBe(7000);
  expect(written.bytes.length).toBeLessThan(2000);
  const read = readFact('task.finished', written.bytes);
  expect(read.leftOutBytes).toBe(7000);
  expect(read.message.frames.map((frame) => [...frame])).toEqual(message.frames.slice(0, 5).map((frame) => [...frame]));
  expect(readFact('task.finished', bytesOf(read)).leftOutBytes).toBe(7000);
  expect(writeFact({ type: 'task.finished', message }, 200)).toBeUndefined();
});

test('what is no fact is not written', () => {
  const wrong = (fact: object) => () => writeFact(fact as Fact, 1e6);
  expect(wrong({ type: 'heart.started' })).toThrow('heart.started.uuid is missing');
  expect(wrong({ type: 'heart.started', uuid: 'a', message: messageOf('m') })).toThrow('message or not');
  expect(wrong({ type: 'task.finished' })).toThrow('message or not');
});

test('whatever comes is a fact or is refused', () => {
  const written = sampleFacts().map(bytesOf);
  const damaged = fc
    .record({ from: fc.constantFrom(...written), cut: fc.nat(400), at: fc.nat(400), byte: fc.nat(255) })
    .map(({ from, cut, at, byte }) => {
      const bytes = Buffer.from(from.subarray(0, Math.max(0, from.length - (cut > 200 ? 0 : cut))));
      if (at < bytes.length) bytes[at] = byte;
      return bytes;
    });
  const garbage = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.constantFrom(...types), fc.oneof(damaged, garbage), (type, bytes) => {
      try {
        expect(readFact(type, bytes).type).toBe(type);
      } catch (error) {
        if (!isRefusal(error)) throw error;
      }
    }),
    { numRuns: 3000 },
  );
});
