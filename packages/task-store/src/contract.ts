// What every task store promises. Call it from a test file of the adapter.
import type { JsonObject } from '@muster/protocol';
import { formatDate, packJson } from '@muster/protocol';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { NaiveRecord } from './naive-query.ts';
import { naiveMatch, naiveQuery, naiveRecord } from './naive-query.ts';
import type { EngineStatus, Found, StoredEngine, TaskPatch, TaskRecord, TaskStore } from './port.ts';

export interface TaskStoreContract {
  readonly name: string;
  /** Opens an empty store whose limits are not reached by a hundred small records. */
  open(): TaskStore | Promise<TaskStore>;
  /** False for a store that keeps nothing: its reads are refused with NoData. */
  readonly keeps: boolean;
  /** True for a store that lasts, and so keeps engines, too. */
  readonly lasts: boolean;
}

const base = 1_790_000_000_000_000;
const dictionary = (value: JsonObject): JsonObject => value;

/** A request as the hub stores it. */
const request = (n: number, more: object = {}): object => ({
  header: dictionary({ msg_id: `id${n}`, msg_type: 'apply_request', date: formatDate(base + n) }),
  metadata: dictionary({ label: null }),
  content: packJson({ n }),
  buffers: [Uint8Array.of(n, 1), new Uint8Array(0)],
  submitted: base + n,
  clientUuid: 'client',
  queue: 'task',
  ...more,
});

function recordOf(found: Found | undefined): TaskRecord {
  if (found === undefined || 'missing' in found) throw new Error('the store has no such record');
  return found.record;
}

export function taskStoreContract(contract: TaskStoreContract): void {
  const opened: TaskStore[] = [];
  const open = async (): Promise<TaskStore> => {
    const store = await contract.open();
    opened.push(store);
    return store;
  };
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
  });
  describe(`task store contract: ${contract.name}`, () => {
    if (contract.keeps) {
      records(open);
      questions(open);
      hostileQueries(open);
      removal(open);
      expiry(open);
    } else refusals(open);
    test('settled resolves, with and without writes', async () => {
      const store = await open();
      await store.settled();
      await store.put('id1', request(1), 'create');
      await store.settled();
      if (contract.keeps) expect(await store.history()).toEqual(['id1']);
    });
    if (contract.lasts) engines(open);
    else noEngines(open);
  });
}

const engine = (uuid: string, id: number, status: EngineStatus = 'registered'): StoredEngine => ({
  uuid,
  id,
  kernel: 'python',
  status,
});

function noEngines(open: () => Promise<TaskStore>): void {
  test('takes engines and keeps none', async () => {
    const { engines } = await open();
    await engines.put(engine('a', 3));
    await engines.remove('a');
    expect(await engines.load()).toEqual({ engines: [], nextId: 0 });
  });
}

function engines(open: () => Promise<TaskStore>): void {
  test('keeps engines as they were put last, and gives them by id', async () => {
    const { engines } = await open();
    expect(await engines.load()).toEqual({ engines: [], nextId: 0 });
    const odd = '\u0000 $set.ü\u00ff';
    for (const each of [engine('b', 7), engine('a', 2, 'registering'), engine(odd, 5, 'lost'), engine('a', 2)])
      await engines.put(each);
    expect(await engines.load()).toEqual({
      engines: [engine('a', 2), engine(odd, 5, 'lost'), engine('b', 7)],
      nextId: 8,
    });
  });

  test('no number is free again when its engine is removed', async () => {
    const { engines } = await open();
    for (const id of [0, 9, 4]) await engines.put(engine(`e${id}`, id));
    for (const uuid of ['e9', 'e9', 'nobody', 'e0']) await engines.remove(uuid);
    expect(await engines.load()).toEqual({ engines: [engine('e4', 4)], nextId: 10 });
    await engines.put(engine('e9', 3));
    expect(await engines.load()).toEqual({ engines: [engine('e9', 3), engine('e4', 4)], nextId: 10 });
  });

  test('engines are no tasks', async () => {
    const store = await open();
    await store.engines.put(engine('a', 0));
    expect(await store.query({}, null)).toEqual([]);
    await store.removeWhere({});
    expect(await store.engines.load()).toEqual({ engines: [engine('a', 0)], nextId: 1 });
  });
}

function refusals(open: () => Promise<TaskStore>): void {
  test('takes writes and removals, and refuses questions with NoData', async () => {
    const store = await open();
    await store.put('a', request(1), 'create');
    await store.remove(['a']);
    await store.removeWhere({});
    await store.expire(base);
    const refused = { name: 'StoreError', ename: 'NoData', message: "NoDB backend doesn't store any data. " };
    await expect(async () => store.find(['a'])).rejects.toMatchObject(refused);
    await expect(async () => store.query({}, null)).rejects.toMatchObject(refused);
    await expect(async () => store.history()).rejects.toMatchObject(refused);
  });
}

function records(open: () => Promise<TaskStore>): void {
  test('keeps what was put, and merges later fields into it', async () => {
    const store = await open();
    await store.put('id1', request(1), 'create');
    await store.put('id1', { engineUuid: 'e', resultContent: { status: 'ok' }, completed: base + 5 }, 'ignore');
    const [found] = await store.find(['id1']);
    expect(found).toMatchObject({
      record: {
        msgId: 'id1',
        header: { msg_id: 'id1', msg_type: 'apply_request' },
        content: { n: 1 },
        submitted: base + 1,
        engineUuid: 'e',
        resultContent: { status: 'ok' },
        resultMetadata: null,
        completed: base + 5,
        stdout: '',
      },
    });
    expect(recordOf(found).buffers.map((bytes) => [...bytes])).toEqual([[1, 1], []]);
  });

  test('ignores a write to a record that is not there, when told so', async () => {
    const store = await open();
    await store.put('x', { completed: base }, 'ignore');
    expect(await store.find(['x'])).toEqual([{ missing: 'unknown' }]);
  });

  test('output before the request makes a stub, which the request completes', async () => {
    const store = await open();
    await store.put('id1', { appendStdout: 'early ' }, 'stub');
    expect(await store.history()).toEqual([]);
    await store.put('id1', request(1), 'create');
    await store.put('id1', { appendStdout: 'late', appendStderr: 'oops' }, 'stub');
    expect(await store.history()).toEqual(['id1']);
    expect(await store.find(['id1'])).toMatchObject([{ record: { stdout: 'early late', stderr: 'oops' } }]);
  });

  test('copies the bytes it keeps, and answers with fresh dictionaries', async () => {
    const store = await open();
    const buffer = Uint8Array.of(1, 2, 3);
    const content = packJson({ code: 'a' });
    await store.put('id1', request(1, { buffers: [buffer], content }), 'create');
    buffer.fill(9);
    content.fill(9);
    const read = async () => recordOf((await store.find(['id1']))[0]);
    const first = await read();
    (first.header as JsonObject).msg_type = 'changed';
    const second = await read();
    expect([...second.buffers[0]!]).toEqual([1, 2, 3]);
    expect(second.content).toEqual({ code: 'a' });
    expect(second.header?.msg_type).toBe('apply_request');
  });

  test('bytes that are no JSON object read as an empty dictionary', async () => {
    const store = await open();
    await store.put('id1', request(1, { content: Uint8Array.of(0xff, 1) }), 'create');
    expect(await store.find(['id1'])).toMatchObject([{ record: { content: {} } }]);
  });
}

function questions(open: () => Promise<TaskStore>): void {
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

/** Queries that are wrong, huge or made to take for ever; and records that are. */
function hostileQueries(open: () => Promise<TaskStore>): void {
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

function removal(open: () => Promise<TaskStore>): void {
  test('removes by id, ignoring unknown ones, and by query', async () => {
    const store = await open();
    for (const n of [1, 2, 3, 4]) await store.put(`id${n}`, request(n, n > 2 ? { completed: base } : {}), 'create');
    await store.remove(['id1', 'nobody']);
    expect(await store.history()).toEqual(['id2', 'id3', 'id4']);
    await store.removeWhere({ completed: { $ne: null } });
    expect(await store.history()).toEqual(['id2']);
    expect(await store.find(['id3', 'id2'])).toMatchObject([{ missing: 'unknown' }, { record: { msgId: 'id2' } }]);
  });

  test('a removed record can be put again, without its old fields', async () => {
    const store = await open();
    await store.put('id1', request(1, { stdout: 'old' }), 'create');
    await store.remove(['id1']);
    await store.put('id1', request(1), 'create');
    expect(await store.find(['id1'])).toMatchObject([{ record: { stdout: '' } }]);
  });
}

function expiry(open: () => Promise<TaskStore>): void {
  const done = (received: number): TaskPatch => ({
    completed: received - 1,
    received,
    resultContent: { status: 'ok' },
  });

  test('records expire by the moment in which their result came, to the microsecond; others stay', async () => {
    const store = await open();
    await store.put('stub', { appendStdout: 'x' }, 'stub');
    for (const n of [1, 2, 3, 4]) await store.put(`id${n}`, request(n), 'create');
    for (const n of [1, 2, 3]) await store.put(`id${n}`, done(base + 100 + n), 'ignore');
    await store.expire(base + 103);
    expect(await store.history()).toEqual(['id3', 'id4']);
    expect(await store.find(['id1', 'never', 'id4', 'id2', 'stub', 'id3'])).toMatchObject([
      { missing: 'expired' },
      { missing: 'unknown' },
      { record: { completed: null } },
      { missing: 'expired' },
      { record: { stdout: 'x' } },
      { record: { received: base + 103 } },
    ]);
    expect(await store.query({ msg_id: { $in: ['id1', 'id2'] } }, ['msg_id'])).toEqual([]);
    await store.expire(base + 104);
    expect(await store.history()).toEqual(['id4']);
  });

  test('late results and output make no record of an expired id; a new request does', async () => {
    const store = await open();
    await store.put('id1', request(1, done(base)), 'create');
    await store.expire(base + 1);
    await store.put('id1', { appendStdout: 'late' }, 'stub');
    await store.put('id1', done(base + 5), 'ignore');
    expect(await store.find(['id1'])).toEqual([{ missing: 'expired' }]);
    await store.put('id1', request(1), 'create');
    expect(await store.find(['id1'])).toMatchObject([{ record: { stdout: '', received: null } }]);
  });

  test('what was removed by hand is unknown, and nothing expires where nothing is', async () => {
    const store = await open();
    await store.expire(base);
    await store.put('id1', request(1, done(base)), 'create');
    await store.remove(['id1']);
    await store.expire(base + 1);
    expect(await store.find(['id1'])).toEqual([{ missing: 'unknown' }]);
  });
}
