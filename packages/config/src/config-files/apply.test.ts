import { MusterError } from '@muster/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCommandLine } from '../parse.ts';
import type { Setting, SettingsTable } from '../settings.ts';
import { asConfigFile } from './apply.ts';
import { flatten } from './config-file.ts';
import { findLine } from './find-line.ts';

const base = { description: '.' };
const table = {
  text: { ...base, name: 'A.text', flags: ['t'], type: 'text', default: '' },
  integer: {
    ...base,
    name: 'A.integer',
    otherNames: ['B.integer'],
    type: 'integer',
    default: 0,
    min: -5,
    max: 2 ** 40,
  },
  number: { ...base, name: 'A.number', type: 'number', default: null },
  boolean: { ...base, name: 'A.boolean', type: 'boolean', default: false },
  choice: { ...base, name: 'A.choice', type: 'choice', choices: ['x', 'y'], default: 'x' },
  ports: { ...base, name: 'A.ports', type: 'ports', default: [] },
  words: { ...base, name: 'A.words', type: 'words', default: [] },
  list: { ...base, name: 'A.list', type: 'list', default: [] },
  map: { ...base, name: 'A.map', type: 'map', default: {} as object },
} as const satisfies SettingsTable;

const apply = (data: unknown, text = '') =>
  parseCommandLine(table, [], {}, { files: [asConfigFile({ path: '/f', text, settings: flatten('/f', data) })] });

const isOf: Readonly<Record<Setting['type'], (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  integer: Number.isInteger,
  number: (value) => value === null || Number.isFinite(value),
  boolean: (value) => typeof value === 'boolean',
  choice: (value) => value === 'x' || value === 'y',
  ports: (value) => Array.isArray(value) && value.every((port) => Number.isInteger(port) && port > 0 && port < 65_536),
  words: (value) => Array.isArray(value) && value.every((word) => typeof word === 'string'),
  list: (value) => Array.isArray(value) && value.every((word) => typeof word === 'string'),
  map: (value) => typeof value === 'object' && value !== null,
};

test('whatever a file holds gives values of the types of the table, or a MusterError', () => {
  const value = fc.oneof(
    fc.anything(),
    fc.jsonValue(),
    fc.bigInt(),
    fc.constantFrom(Number.NaN, 1e300, -0, () => 1),
  );
  const name = fc.oneof(fc.constantFrom(...Object.values(table).map((one) => one.name)), fc.constant('t'), fc.string());
  const file = fc.oneof(fc.dictionary(name, value), fc.record({ A: fc.dictionary(fc.string(), value) }), value);
  let taken = 0;
  fc.assert(
    fc.property(file, (data) => {
      try {
        const { values } = apply(data);
        for (const [key, { type }] of Object.entries<Setting>(table))
          expect(isOf[type](values[key as keyof typeof values]), key).toBe(true);
        taken++;
      } catch (error) {
        expect(error).toBeInstanceOf(MusterError);
        expect(error).toMatchObject({ code: 'bad_config' });
      }
    }),
    { numRuns: 2000 },
  );
  expect(taken).toBeGreaterThan(50);
});

test.each<[unknown, object]>([
  [{ A: { integer: 1e12 } }, { integer: 1e12 }],
  [{ 'A.integer': 12n }, { integer: 12 }],
  [{ A: { integer: 1 }, B: { integer: 2 } }, { integer: 1 }],
  [{ B: { integer: 2 } }, { integer: 2 }],
  [{ t: 5 }, { text: '5' }],
  [{ A: { text: ['a', 1] } }, { text: 'a,1' }],
  [{ A: { ports: [10_101, '7-9'] } }, { ports: [10_101, 7, 8, 9] }],
  [{ A: { ports: 5 } }, { ports: [5] }],
  [{ A: { words: 'a "b c"' } }, { words: ['a', 'b c'] }],
  [{ A: { list: ['a b', 2] } }, { list: ['a b', '2'] }],
  [{ A: { number: null, boolean: 1 } }, { number: null, boolean: true }],
  [{ A: { map: { a: undefined, b: [null] } } }, { map: { b: [null] } }],
  [{ A: { choice: 'some.module.Y' } }, { choice: 'y' }],
])('%o', (data, values) => expect(apply(data).values).toMatchObject(values));

test('a value that does something when it is looked at is refused', () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const trap = {
    get a() {
      throw new Error('caught');
    },
  };
  for (const value of [proxy, trap]) {
    const file = asConfigFile({ path: '/f', text: '', settings: [{ name: 'A.map', value }] });
    expect(() => parseCommandLine(table, [], {}, { files: [file] })).toThrow('A.map: this object is not an object or');
  }
});

test('a value that a program changes later stays as it was', () => {
  const map: Record<string, unknown> = { a: { b: 1 } };
  const { values } = apply({ A: { map } });
  map.a = 2;
  expect(values.map).toEqual({ a: { b: 1 } });
});

test.each<[string, string, number | undefined]>([
  ['A.b', 'A:\n  c: 1\n  b: 2', 3],
  ['A.b', '# A.b\nA.b: 1', 2],
  ['A.b', '{"A":\n {"b": 1}}', 2],
  ['A.b', 'AA.b: 1\nA.bb: 2', undefined],
  ['A.b', 'x: A\n', undefined],
  ['base-port', 'a: 1\nbase-port: x', 2],
  ['', 'x', undefined],
])('%s in %j is in line %s', (name, text, line) => expect(findLine(text, name)).toBe(line));
