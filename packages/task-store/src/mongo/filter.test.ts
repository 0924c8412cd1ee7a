import type { JsonObject } from '@muster/protocol';
import { expect, test } from 'vitest';
import { compileFilter } from './filter.ts';

const date = '2026-01-01T00:00:00.123456Z';
const near = new Date('2026-01-01T00:00:00.123Z');

test.each<[JsonObject, object, JsonObject]>([
  [{}, {}, {}],
  [{ msg_id: 'a' }, { msg_id: 'a' }, {}],
  [{ msg_id: { $in: ['a', null, 3] } }, { msg_id: { $in: ['a', null] } }, {}],
  [
    { label: { $gte: 'a', $lt: 'b' }, queue: null },
    { label: { $gte: 'a' }, queue: { $eq: null }, $and: [{ label: { $lt: 'b' } }] },
    {},
  ],
  [{ submitted: { $gt: date } }, { submitted: { $gte: near } }, { submitted: { $gt: date } }],
  [{ completed: { $exists: true } }, { completed: { $ne: null } }, {}],
  // Records of these ids are few: the rest is tested here.
  [{ msg_id: 'a', queue: 'mux', label: 'x' }, { msg_id: 'a' }, { queue: 'mux', label: 'x' }],
  [{ queue: null, msg_id: { $in: ['a'] } }, { msg_id: { $in: ['a'] } }, { queue: null }],
  [{ queue: null, msg_id: { $ne: 'a' } }, { queue: { $eq: null }, msg_id: { $ne: 'a' } }, {}],
  // What MongoDB would take for something else, or answer otherwise, never gets there.
  [{ $where: 'x' }, {}, { $where: 'x' }],
  [{ 'header.a': 1 }, {}, { 'header.a': 1 }],
  [{ label: { $eq: { $gt: '' } } }, {}, { label: { $eq: { $gt: '' } } }],
  [{ label: { $glob: 'a*' } }, {}, { label: { $glob: 'a*' } }],
  [{ stdout: 'x' }, {}, { stdout: 'x' }],
  [{ label: { $glob: '(a+)+$' } }, {}, { label: { $glob: '(a+)+$' } }],
  [JSON.parse('{"__proto__": 1, "constructor": 2}'), {}, JSON.parse('{"__proto__": 1, "constructor": 2}')],
  [{ label: { $in: ['$where', { $gt: '' }] } }, { label: { $in: ['$where'] } }, {}],
])('%j', (query, filter, rest) => {
  expect(compileFilter(query)).toEqual({ filter, rest });
});

test('what is too long for a command is tested here', () => {
  const long = 'x'.repeat(2 ** 22 + 1);
  expect(compileFilter({ label: long, queue: 'mux' })).toEqual({ filter: {}, rest: { label: long, queue: 'mux' } });
  expect(compileFilter({ queue: 'mux', label: long })).toEqual({ filter: { queue: 'mux' }, rest: { label: long } });
  const many = { $in: Array.from({ length: 400_000 }, (_, i) => `id${i}`) };
  expect(compileFilter({ msg_id: many })).toEqual({ filter: {}, rest: { msg_id: many } });
});
