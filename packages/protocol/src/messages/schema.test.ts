import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Problem, Schema } from './schema.ts';
import * as s from './schema.ts';

function read(schema: Schema, value: unknown): unknown {
  const problems: Problem[] = [];
  const found = schema.read(value, [], problems);
  return problems.length === 0 ? found : problems.map(({ path, message }) => [path.join('.'), message].join(': '));
}

test.each([
  [s.text, 'a', 1],
  [s.shortText(3), 'abc', ''],
  [s.shortText(3), 'abc', 'abcd'],
  [s.boolean, false, 0],
  [s.number, 0.5, Number.NaN],
  [s.number, -1, '1'],
  [s.integer, -3, 1.5],
  [s.integer, 0, 2 ** 53],
  [s.integerFrom(1, 3), 3, 4],
  [s.integerFrom(0), 0, -1],
  [s.word('a', 'b'), 'b', 'c'],
  [s.list(s.text), ['a'], ['a', 1]],
  [s.list(s.text), [], { length: 0 }],
  [s.pair(s.text, s.integer), ['a', 1], ['a']],
  [s.dictionary(s.integer), { a: 1 }, { a: 'b' }],
  [s.either([s.text, s.integer], 'x'), 1, null],
  [s.text.optional(), undefined, null],
  [s.text.nullable(), null, undefined],
  [s.text.nullish(), undefined, 0],
  [s.looseObject({ a: s.text }), { a: 'x', more: 1 }, { a: 1 }],
  [s.looseObject({ a: s.text }), { a: 'x' }, {}],
  [s.strictObject({ a: s.text.optional() }), {}, { more: 1 }],
  [s.withRest({ a: s.text }, s.integer), { a: 'x', b: 1 }, { a: 'x', b: 'y' }],
  [s.byStatus({ ok: s.looseObject({}) }), { status: 'ok' }, { status: 'no' }],
  [s.looseObject({}), {}, []],
  [s.text.refine((value) => value < 'b', 'too late'), 'a', 'c'],
])('a value that fits stays as it is, and another is a problem', (schema, right, wrong) => {
  expect(read(schema as Schema, right)).toEqual(right);
  expect(read(schema as Schema, wrong)).toEqual([expect.stringMatching(/\w/)]);
});

test('members that are not there get their default, others are transformed', () => {
  const schema = s.looseObject({ a: s.integer.default(3), b: s.text.nullish().transform((value) => value ?? 'b') });
  expect(read(schema, {})).toEqual({ a: 3, b: 'b' });
  expect(read(schema, { a: 1, b: null })).toEqual({ a: 1, b: 'b' });
});

test('members with names of the language are members', () => {
  const value = JSON.parse('{"__proto__": {"x": 1}, "constructor": 2, "toString": 3}');
  for (const schema of [s.looseObject({}), s.dictionary(s.that(() => true, ''))]) {
    const found = read(schema, value) as object;
    expect(Object.keys(found)).toEqual(['__proto__', 'constructor', 'toString']);
    expect(Object.getPrototypeOf(found)).toBe(Object.prototype);
  }
  expect(read(s.looseObject({ toString: s.integer }), {})).toEqual(['toString: expected a whole number']);
});

test('a place is named, and only so many', () => {
  const schema = s.looseObject({ a: s.list(s.looseObject({ b: s.text })) });
  expect(read(schema, { a: new Array(10_000).fill({ b: 1 }) })).toEqual([
    'a.0.b: expected text',
    'a.1.b: expected text',
    'a.2.b: expected text',
  ]);
});

test('any JSON is read without an exception', () => {
  const all = s.looseObject({
    a: s.byStatus({ ok: s.strictObject({}), error: s.withRest({}, s.list(s.integer)) }),
    b: s.either([s.pair(s.text, s.number), s.dictionary(s.word('x'))], 'b'),
  });
  fc.assert(fc.property(fc.jsonValue(), (value) => void [read(all, value), read(all, { a: value, b: value })]));
});
