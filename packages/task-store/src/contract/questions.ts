// Questions, and their answers.
import type { JsonObject } from '@muster/protocol';
import { formatDate } from '@muster/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { NaiveRecord } from '../naive-query.ts';
import { naiveMatch, naiveQuery, naiveRecord } from '../naive-query.ts';
import type { Open } from './kit.ts';
import { base, request } from './kit.ts';

export function questions(open: Open): void {
  test('records come in the order of submitted, stubs last, whatever the order of writing', async () => {
    const store = await open();
    await store.put('stub', { appendStdout: 'x' }, 'stub');
    for (const n of [3, 1, 2]) await store.put(`id${n}`, request(n), 'create');
    expect(await store.history()).toEqual(['id1', 'id2', 'id3']);
    const all = await store.query({}, ['msg_id']);
    expect(all.map((record) => record.fields)).toEqual(['id1', 'id2', 'id3', 'stub'].map((msg_id) => ({ msg_id })));
  });

  test('no keys give all fields but buffers; keys give these, msg_id and the buffers asked for', async () => {
    const store = await open();
    await store.put('id1', request(1, { resultBuffers: [Uint8Array.of(7)] }), 'create');
    for (const keys of [null, []]) {
      const [record] = await store.query({}, keys);
      expect(record?.fields).toMatchObject({
        msg_id: 'id1',
        submitted: formatDate(base + 1),
        completed: null,
        stderr: '',
      });
      expect(record?.fields).not.toHaveProperty('buffers');
      expect(record?.buffers).toEqual([]);
    }
    const [record] = await store.query({}, ['result_buffers', 'queue']);
    expect(record?.fields).toEqual({ msg_id: 'id1', queue: 'task' });
    expect(record?.resultBuffers.map((bytes) => [...bytes])).toEqual([[7]]);
    expect(record?.buffers).toEqual([]);
  });

  test('an unknown key is refused when a record matches, an unknown operator always', async () => {
    const store = await open();
    expect(await store.query({}, ['nokey'])).toEqual([]);
    await store.put('id1', request(1), 'create');
    const refused = (evalue: string) => ({ ename: 'KeyError', message: evalue });
    await expect(async () => store.query({}, ['nokey'])).rejects.toMatchObject(refused("'nokey'"));
    await expect(async () => store.query({ msg_id: { $bad: 1 } }, null)).rejects.toMatchObject(refused("'$bad'"));
    await expect(async () => store.removeWhere({ msg_id: { toString: 1 } })).rejects.toMatchObject(
      refused("'toString'"),
    );
    await expect(async () => store.query({ msg_id: { $in: 3 } }, null)).rejects.toMatchObject({ ename: 'ValueError' });
  });

  test('dates are equal to the microsecond, in any zone', async () => {
    const store = await open();
    for (const n of [1, 2, 3]) await store.put(`id${n}`, request(n), 'create');
    const ids = async (query: JsonObject) =>
      (await store.query(query, ['msg_id'])).map((record) => record.fields.msg_id);
    const second = formatDate(base + 2);
    expect(await ids({ submitted: second })).toEqual(['id2']);
    expect(await ids({ submitted: { $in: [second.replace('Z', '+00:00')] } })).toEqual(['id2']);
    expect(await ids({ submitted: { $gt: second } })).toEqual(['id3']);
    expect(await ids({ submitted: { $gte: formatDate(base + 1), $lt: second } })).toEqual(['id1']);
    expect(await ids({ completed: { $lt: second } })).toEqual([]);
  });

  test('a query gives what a naive filter gives', { timeout: 60_000 }, async () => {
    const store = await open();
    await fc.assert(
      fc
        .asyncProperty(fc.array(naiveRecord, { maxLength: 12 }), fc.array(naiveQuery, { maxLength: 6 }), check)
        .afterEach(() => store.removeWhere({})),
      { numRuns: 200 },
    );
    async function check(drawn: NaiveRecord[], queries: JsonObject[]): Promise<void> {
      const kept = new Map<string, NaiveRecord>();
      for (const record of drawn) {
        if (kept.has(record.msgId)) continue;
        kept.set(record.msgId, record);
        const { msgId, ...fields } = record;
        await store.put(msgId, fields, 'create');
      }
      for (const query of queries) {
        const found = (await store.query(query, ['msg_id'])).map((record) => record.fields.msg_id);
        const expected = [...kept.values()].filter((record) => naiveMatch(record, query)).map((record) => record.msgId);
        expect(found.toSorted()).toEqual(expected.toSorted());
      }
    }
  });
}
