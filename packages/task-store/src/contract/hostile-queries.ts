// Queries that are wrong, huge or made to take for ever; and records that are.
import type { JsonObject } from '@muster/protocol';
import { formatDate } from '@muster/protocol';
import { expect, test } from 'vitest';
import type { Open } from './kit.ts';
import { base, request } from './kit.ts';

export function hostileQueries(open: Open): void {
  const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  const many = (count: number): string[] => Array.from({ length: count }, (_, n) => `nobody${n}`);
  const refusals: [what: string, query: JsonObject, ename: string, message: RegExp][] = [
    ['an operator of MongoDB', { label: { $regex: '(a+)+$' } }, 'KeyError', /^'\$regex'$/],
    ['an operator inside an operand', { $or: { $where: 'x' } }, 'KeyError', /^'\$where'$/],
    ['an operator named by every object', { label: { hasOwnProperty: 1 } }, 'KeyError', /hasOwnProperty/],
    ['deep lists', JSON.parse(`{"label":${nested(100_000)}}`), 'ValueError', /nested deeper than 64/],
    ['deep operands', JSON.parse(`{"label":{"$in":${nested(5000)}}}`), 'ValueError', /nested deeper than 64/],
    ['many fields', Object.fromEntries(many(1001).map((name) => [name, null])), 'ValueError', /at most 1000 fields/],
    ['many parts', { label: { $all: many(1001) } }, 'ValueError', /at most 1000 elements/],
    ['a long pattern', { label: { $glob: '?'.repeat(256) } }, 'ValueError', /at most 255 characters/],
    ['a pattern that is no text', { label: { $glob: null } }, 'ValueError', /pattern as text/],
    ['members that are no list', { label: { $nin: 'abc' } }, 'ValueError', /takes a list/],
    ['a divisor of nothing', { label: { $mod: [0, 0] } }, 'ValueError', /divisor/],
  ];

  test.each(refusals)('%s: refused, whether for a question or a removal', async (_what, query, ename, message) => {
    const store = await open();
    await store.put('id1', request(1), 'create');
    const refused = { name: 'StoreError', ename, message: expect.stringMatching(message) };
    await expect(async () => store.query(query, null)).rejects.toMatchObject(refused);
    await expect(async () => store.removeWhere(query)).rejects.toMatchObject(refused);
    expect(await store.history()).toEqual(['id1']);
  });

  test('a hundred thousand members, dates and others among them, are looked up', { timeout: 60_000 }, async () => {
    const store = await open();
    for (let n = 0; n < 100; n++) await store.put(`id${n}`, request(n, { label: `l${n}`, completed: base }), 'create');
    const ids = async (query: JsonObject) =>
      (await store.query(query, ['msg_id'])).map((record) => record.fields.msg_id);
    const list = [...many(100_000), 'l7', null, 3, [], { a: [] }, formatDate(base + 9), formatDate(base + 7)];
    expect(await ids({ label: { $in: list } })).toEqual(['id7']);
    expect(await ids({ label: { $nin: list } })).toHaveLength(99);
    expect(await ids({ submitted: { $in: list } })).toEqual(['id7', 'id9']);
    expect(await ids({ header: { $in: [...list, { msg_id: 'id3' }] } })).toEqual([]);
    expect(await ids({ msg_id: { $in: [...many(100_000), 'id5'] } })).toEqual(['id5']);
    await store.removeWhere({ msg_id: { $in: [...many(100_000), 'id5'] } });
    expect(await ids({ label: { $in: ['l5', 'l6'] } })).toEqual(['id6']);
  });

  test('patterns that take for ever elsewhere', { timeout: 60_000 }, async () => {
    const store = await open();
    const text = 'a'.repeat(200_000);
    await store.put('id1', request(1, { stdout: `${text}b`, label: 'b' }), 'create');
    await store.put('id2', request(2, { stdout: text, label: 'a' }), 'create');
    for (const $glob of [
      `${'a*'.repeat(120)}b`,
      `*${'a'.repeat(250)}b`,
      `*${'?'.repeat(250)}b`,
      `${'*[!b]'.repeat(100)}*b`,
    ]) {
      const found = await store.query({ stdout: { $glob } }, ['msg_id']);
      expect(found.map((record) => record.fields.msg_id)).toEqual(['id1']);
    }
  });

  test('dictionaries nested without end cost themselves, and nothing beside them', async () => {
    const store = await open();
    const deep = new TextEncoder().encode(`{"a":${nested(200_000)}}`);
    const deepObject = JSON.parse(`{"a":${nested(200_000)}}`) as JsonObject;
    await store.put('id1', request(1, { content: deep, executeResult: deepObject, resultContent: { n: 1 } }), 'create');
    await store.put('id2', request(2), 'create');
    expect(await store.find(['id1', 'id2'])).toMatchObject([
      { record: { content: {}, executeResult: {}, resultContent: { n: 1 } } },
      { record: { content: { n: 2 } } },
    ]);
    const shown = await store.query({ content: { $ne: { n: 2 } } }, null);
    expect(JSON.parse(JSON.stringify(shown[0]?.fields))).toMatchObject({ msg_id: 'id1', content: {} });
    expect(await store.query({ content: { $in: [{ n: 2 }] } }, ['msg_id'])).toMatchObject([
      { fields: { msg_id: 'id2' } },
    ]);
  });

  test('names that objects have, and keys over and over', async () => {
    const store = await open();
    await store.put('id1', request(1), 'create');
    for (const name of ['__proto__', 'constructor', 'toString', '$where', 'a.b', '']) {
      expect(await store.query(JSON.parse(`{${JSON.stringify(name)}:null}`), ['msg_id'])).toHaveLength(1);
      expect(await store.query(JSON.parse(`{${JSON.stringify(name)}:{"$ne":null}}`), ['msg_id'])).toEqual([]);
      await expect(async () => store.query({}, [name])).rejects.toMatchObject({ ename: 'KeyError' });
    }
    const keys = Array.from({ length: 100_000 }, (_, n) => (n % 2 === 0 ? 'queue' : 'msg_id'));
    expect(await store.query({}, keys)).toMatchObject([{ fields: { msg_id: 'id1', queue: 'task' } }]);
  });
}
