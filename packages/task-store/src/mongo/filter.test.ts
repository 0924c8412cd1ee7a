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
  // What MongoDB would take for something else, or answer otherwise, never gets there.
  [{ $where: 'x' }, {}, { $where: 'x' }],
  [{ 'header.a': 1 }, {}, { 'header.a': 1 }],
  [{ label: { $eq: { $gt: '' } } }, {}, { label: { $eq: { $gt: '' } } }],
  [{ label: { $glob: 'a*' } }, {}, { label: { $glob: 'a*' } }],
  [{ stdout: 'x' }, {}, { stdout: 'x' }],
])('%j', (query, filter, rest) => {
  expect(compileFilter(query)).toEqual({ filter, rest });
});
