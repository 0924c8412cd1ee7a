import type { JsonObject } from '@muster/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileGlob } from './glob.ts';
import { compileQuery, idsOf } from './query.ts';
import type { Value } from './values.ts';
import { Moment } from './values.ts';

const matches = (fields: Record<string, Value>, query: JsonObject): boolean =>
  compileQuery(query)(fields, (record, name) => record[name] ?? null);

test.each<[JsonObject, boolean]>([
  [{ a: { $mod: [3, 1] } }, true],
  [{ a: { $mod: [-3, -2] } }, true],
  [{ a: { $mod: [3, 2] } }, false],
  [{ text: { $mod: [3, 1] } }, false],
  [{ a: { $gt: 6, $lt: 8 } }, true],
  [{ a: { $gt: 7 } }, false],
  [{ a: { $lt: '9' } }, false],
  [{ text: { $all: [['hello', 'x'], ['hello']] } }, true],
  [{ text: { $all: ['hello world', 'hell'] } }, false],
  [{ text: { $all: [] } }, true],
  [{ none: { $all: [[null]] } }, true],
  [{ none: null, a: 7 }, true],
  [{ none: { $lt: 3 } }, false],
  [{ none: { $ne: 3 } }, true],
  [{ none: { $nin: [3] } }, true],
  [{ none: { $in: [null, 3] } }, true],
  [{ none: { $exists: false } }, true],
  [{ none: { $glob: '*' } }, false],
  [{ a: 7, text: 'hello' }, true],
  [{ a: 8, text: 'hello' }, false],
  [{ dict: { $eq: { x: [1, { y: null }] } } }, true],
  [{ dict: { $eq: { x: [1, { y: null }], z: 1 } } }, false],
  [{ when: { $eq: '1970-01-01T00:00:01Z' } }, true],
  [{ when: { $in: ['1970-01-01T01:00:01+01:00'] } }, true],
  [{ when: '1970-01-01T00:00:01.000001Z' }, false],
  [{ date: '1970-01-01T00:00:01Z' }, true],
  [{ date: { $lt: 'a' } }, true],
  [{ text: { $lt: '1970-01-01T00:00:01Z' } }, false],
  [{ a: {} }, true],
  [{}, true],
])('%j → %s', (query, expected) => {
  const fields = {
    a: 7,
    text: 'hello',
    dict: { x: [1, { y: null }] },
    when: new Moment(1e6),
    date: '1970-01-01T00:00:01Z',
  };
  expect(matches(fields, query)).toBe(expected);
});

test.each<[JsonObject, string, string]>([
  [{ a: { $regex: 'x' } }, 'KeyError', "'$regex'"],
  [{ a: { constructor: 1 } }, 'KeyError', "'constructor'"],
  [{ a: { $mod: [0, 1] } }, 'ValueError', '$mod takes [divisor, remainder], the divisor not 0'],
  [{ a: { $mod: 2 } }, 'ValueError', '$mod takes [divisor, remainder], the divisor not 0'],
  [{ a: { $nin: 'x' } }, 'ValueError', '$nin takes a list'],
  [{ a: { $all: { x: 1 } } }, 'ValueError', '$all takes a list'],
  [{ a: { $glob: 1 } }, 'ValueError', '$glob takes a pattern as text'],
])('%j is refused with %s %s', (query, ename, message) => {
  expect(() => compileQuery(query)).toThrow(expect.objectContaining({ ename, message }));
});

test('a query nested too deep is refused, not a stack overflow', () => {
  const deep = JSON.parse(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`) as JsonObject;
  expect(() => compileQuery(deep)).toThrow(/nested deeper/);
});

test.each([
  ['a*c', 'abc', true],
  ['a*c', 'abcd', false],
  ['a?c', 'a😀c', true],
  ['[a-c]x', 'bx', true],
  ['[!a-c]x', 'bx', false],
  ['[]]', ']', true],
  ['[!]]', ']', false],
  ['[ab', '[ab', true],
  ['[a-]', '-', true],
  ['**', '', true],
  ['', '', true],
  ['', 'a', false],
  ['A', 'a', false],
  ['a.c', 'abc', false],
])('glob %s on %s → %s', (pattern, text, expected) => {
  expect(compileGlob(pattern)(text)).toBe(expected);
});

test('a glob of many stars on a long text takes no noticeable time', () => {
  expect(compileGlob(`${'a*'.repeat(40)}b`)('a'.repeat(20_000))).toBe(false);
});

test('globs agree with a plain recursive matcher', () => {
  const naive = (p: string, t: string): boolean => {
    if (p === '') return t === '';
    if (p[0] === '*') return naive(p.slice(1), t) || (t !== '' && naive(p, t.slice(1)));
    return t !== '' && (p[0] === '?' || p[0] === t[0]) && naive(p.slice(1), t.slice(1));
  };
  const chars = (alphabet: string[]) => fc.array(fc.constantFrom(...alphabet), { maxLength: 7 }).map((a) => a.join(''));
  fc.assert(
    fc.property(chars(['a', 'b', '*', '?']), chars(['a', 'b', 'c']), (pattern, text) => {
      expect(compileGlob(pattern)(text)).toBe(naive(pattern, text));
    }),
    { numRuns: 500 },
  );
});

test('conditions on msg_id narrow the search', () => {
  expect(idsOf({ msg_id: 'a' })).toEqual(['a']);
  expect(idsOf({ msg_id: { $in: ['a', 'b', 'a', 3] } })).toEqual(['a', 'b']);
  expect(idsOf({ msg_id: { $ne: 'a' } })).toBeUndefined();
  expect(idsOf({ msg_id: null })).toBeUndefined();
  expect(idsOf({ msg_id: ['a'] })).toBeUndefined();
  expect(idsOf({ msg_id: '1970-01-01T00:00:01Z' })).toBeUndefined();
});
