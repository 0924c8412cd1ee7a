// The store on a real server: needs MONGODB_URI, or MONGO_WIRE, the program.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { temporaryFolder } from '@muster/testkit';
import type { Db } from 'mongodb';
import { MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createWriteBatch } from '../batched/write-batch.ts';
import { taskStoreContract } from '../contract.ts';
import type { TaskStore } from '../port.ts';
import { checkSameAnswers } from '../same-answers.ts';
import type { MongoServer } from '../testing/mongo-server.ts';
import { anyMongo, hasMongo, hasOwnMongo, startMongo, whyNoMongo } from '../testing/mongo-server.ts';
import { openMongoBackend } from './backend.ts';
import type { Chunk } from './parts.ts';
import { createParts } from './parts.ts';
import { createReader } from './reading.ts';
import type { MongoTaskStoreOptions } from './store.ts';
import { createMongoTaskStore, mongoDefaults } from './store.ts';

const add = (store: TaskStore, n: number, bytes = 1): void =>
  void store.put(`id${n}`, { submitted: n * 1000, buffers: [new Uint8Array(bytes)] }, 'create');
const filled = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);

describe.skipIf(!hasMongo)(`MongoDB${whyNoMongo(hasMongo)}`, () => {
  let server: MongoServer;
  let client: MongoClient;
  const databases: Db[] = [];
  const opened: TaskStore[] = [];
  beforeAll(async () => {
    server = await anyMongo();
    client = await MongoClient.connect(server.url);
  }, 60_000);
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
  });
  afterAll(async () => {
    for (const db of databases) await db.dropDatabase();
    await client?.close();
    await server?.[Symbol.asyncDispose]();
  });
  function newDatabase(): Db {
    const db = client.db(`muster-test-${randomUUID()}`);
    databases.push(db);
    return db;
  }
  async function open(db = newDatabase(), options: Partial<MongoTaskStoreOptions> = {}): Promise<TaskStore> {
    const address = { url: server.url, options: {} };
    const store = await createMongoTaskStore({ address, database: db.databaseName, ...options });
    opened.push(store);
    return store;
  }

  taskStoreContract({ name: 'mongodb', open, keeps: true, lasts: true });

  test('answers as the memory store does', { timeout: 300_000 }, async () => {
    await checkSameAnswers(await open(), 40);
  });

  test('documents have the fields that Python peers look for; dates keep their microseconds beside them', async () => {
    const db = newDatabase();
    const store = await open(db);
    const submitted = 1_790_000_000_123_456;
    store.put('id1', { header: { a: 1 }, buffers: [filled(2, 7)], submitted, queue: 'mux' }, 'create');
    expect(await store.history()).toEqual(['id1']);
    const document = await db.collection('task_records').findOne({ msg_id: 'id1' });
    expect(document).toMatchObject({
      header: { a: 1 },
      metadata: null,
      submitted: new Date(1_790_000_000_123),
      started: null,
      result_buffers: [],
      queue: 'mux',
      stdout: '',
      label: null,
      microseconds: { submitted },
    });
    expect([...document!.buffers[0].buffer]).toEqual([7, 7]);
    const indexes = await db.collection('task_records').indexes();
    expect(indexes).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ key: { msg_id: 1 }, unique: true }),
        expect.objectContaining({ key: { submitted: 1 } }),
      ]),
    );
  });

  test('records that others have written are read', async () => {
    const db = newDatabase();
    const store = await open(db);
    await db.collection('task_records').insertMany([
      { msg_id: 'a', header: { date: new Date(5) }, submitted: new Date(1000), buffers: null, stdout: null },
      { msg_id: 'b', submitted: new Date(1000), microseconds: { submitted: 7 } },
    ]);
    expect(await store.query({ submitted: { $eq: '1970-01-01T00:00:01Z' } }, ['header', 'submitted'])).toMatchObject([
      { fields: { msg_id: 'a', header: { date: '1970-01-01T00:00:00.005000Z' }, submitted: '1970-01-01T00:00:01Z' } },
      { fields: { msg_id: 'b', submitted: '1970-01-01T00:00:01Z' } },
    ]);
    expect(await store.find(['a'])).toMatchObject([{ record: { buffers: [], stdout: '' } }]);
  });

  test('records over 16 MiB are kept in parts, which go with them', { timeout: 60_000 }, async () => {
    const db = newDatabase();
    const store = await open(db);
    const parts = (): Promise<number> => db.collection('task_records.parts').countDocuments();
    const text = 'é'.repeat(2 ** 20);
    const content = { list: Array.from({ length: 200_000 }, (_, i) => i) };
    store.put('id1', { submitted: 1, buffers: [filled(20_000_000, 1), filled(1, 2)], content }, 'create');
    await store.history();
    store.put('id1', { resultBuffers: [filled(9_000_000, 3)], resultContent: { text } }, 'ignore');
    store.put('id1', { appendStdout: text }, 'stub');
    store.put('gone', { resultBuffers: [filled(9_000_000, 3)] }, 'ignore');
    const [found] = await store.find(['id1']);
    if (found === undefined || 'missing' in found) throw new Error('no record');
    expect(found.record.buffers.map((bytes) => [bytes.length, bytes[0]])).toEqual([
      [20_000_000, 1],
      [1, 2],
    ]);
    expect(found.record.resultBuffers.map((bytes) => [bytes.length, bytes.at(-1)])).toEqual([[9_000_000, 3]]);
    expect(found.record).toMatchObject({ content, resultContent: { text }, stdout: text });
    expect(await store.query({ stdout: text }, ['result_content'])).toMatchObject([
      { fields: { msg_id: 'id1', result_content: { text } } },
    ]);
    expect(await parts()).toBe(3 + 1 + 2 + 1 + 1);
    store.put('id1', { resultBuffers: [] }, 'ignore');
    await store.history();
    expect(await parts()).toBe(3 + 1 + 1 + 1);
    await store.remove(['id1']);
    expect(await parts()).toBe(0);
  });

  test('a record that changes between its document and its parts is read as it is then', async () => {
    const db = newDatabase();
    const store = await open(db);
    const records = db.collection('task_records');
    const chunks = db.collection<Chunk>('task_records.parts');
    const reader = createReader(records, createParts(chunks));
    const text = 'x'.repeat(2 ** 20);
    store.put('id1', { submitted: 1, stdout: `${text}1` }, 'create');
    await store.history();
    const before = await records.findOne({ msg_id: 'id1' });
    store.put('id1', { stdout: `${text}2` }, 'ignore');
    await store.history();
    const record = await reader.record(before!, ['stdout', 'msg_id']);
    expect([record?.msgId, record?.stdout.at(-1)]).toEqual(['id1', '2']);
    await chunks.deleteMany({});
    await expect(reader.record(before!, ['stdout'])).rejects.toMatchObject({ ename: 'OperationalError' });
    await store.remove(['id1']);
    expect(await reader.record(before!, ['stdout'])).toBeUndefined();
  });

  test('dictionaries that a document cannot hold are kept all the same', async () => {
    const store = await open();
    const deep = JSON.parse(`${'{"a":'.repeat(150)}1${'}'.repeat(150)}`);
    const dictionaries = [
      deep,
      { $set: { a: 1 } },
      { 'a.b': 1 },
      { '': 1 },
      { _bsontype: 'ObjectId', id: 'x' },
      JSON.parse('{"__proto__": {"x": 1}}'),
      { half: '\ud800' },
      { 'nul\0': 1 },
      { muster_part: 'x', chunks: 1 },
    ];
    for (const [n, content] of dictionaries.entries()) store.put(`id${n}`, { submitted: n, content }, 'create');
    const records = await store.query({}, ['content']);
    expect(records.map((record) => JSON.stringify(record.fields.content))).toEqual(
      dictionaries.map((each) => JSON.stringify(each)),
    );
  });

  test('a batch that is given again, because its answer was lost, adds its output once', async () => {
    const db = newDatabase();
    const own = await MongoClient.connect(server.url, { promoteBuffers: true });
    const backend = await openMongoBackend(own.db(db.databaseName), mongoDefaults, () => own.close());
    const batch = createWriteBatch();
    batch.add('id1', { submitted: 1 }, 'create');
    batch.add('id1', { appendStdout: 'a' }, 'stub');
    batch.add('id2', { appendStderr: 'b', resultBuffers: [filled(2_000_000, 1)] }, 'stub');
    const writes = batch.take();
    await backend.apply(writes);
    await backend.apply(writes);
    expect(await backend.find(['id1', 'id2'])).toMatchObject([
      { record: { stdout: 'a', submitted: 1 } },
      { record: { stderr: 'b' } },
    ]);
    expect(await db.collection('task_records.parts').countDocuments()).toBe(1);
    await backend.close();
  });

  test('over the limits, stubs and then the oldest go', async () => {
    const store = await open(newDatabase(), { recordLimit: 20, sizeLimitBytes: 1_000_000 });
    store.put('stub', { appendStdout: 'x' }, 'stub');
    for (let n = 20; n > 0; n--) add(store, n);
    expect(await store.history()).toEqual(Array.from({ length: 18 }, (_, i) => `id${i + 3}`));
    store.put('stub', { appendStdout: 'y' }, 'stub');
    expect(await store.find(['stub', 'id1', 'never'])).toEqual([
      { missing: 'expired' },
      { missing: 'expired' },
      { missing: 'unknown' },
    ]);
    for (let n = 21; n < 40; n++) {
      add(store, n, 200_000);
      await store.history();
    }
    const kept = await store.history();
    expect(kept.at(-1)).toBe('id39');
    expect(kept.length).toBeLessThanOrEqual(5);
    add(store, 40, 2_000_000);
    store.put('long', { submitted: 50_000, label: 'x'.repeat(100_000) }, 'create');
    expect(await store.find(['id40', 'long'])).toEqual([{ missing: 'expired' }, { missing: 'expired' }]);
  });
});

describe.skipIf(!hasOwnMongo)(`MongoDB that goes away${whyNoMongo(hasOwnMongo)}`, () => {
  test('writes wait for a server that is away, and nothing is written twice', { timeout: 60_000 }, async () => {
    await using folder = await temporaryFolder('mongo');
    await using server = await startMongo(join(folder.path, 'mongo.db'));
    const troubles: string[] = [];
    const store = await createMongoTaskStore({
      address: { url: server.url, options: { serverSelectionTimeoutMS: 1500 } },
      database: 'muster',
      patienceMs: 500,
      onTrouble: ({ what }) => troubles.push(what),
    });
    const engine = { uuid: 'e', id: 4, kernel: 'node', status: 'registered' } as const;
    await store.engines.put(engine);
    add(store, 1);
    store.put('id1', { appendStdout: 'a' }, 'stub');
    expect(await store.history()).toEqual(['id1']);
    await server.stop();
    await expect(async () => store.engines.remove('e')).rejects.toMatchObject({ ename: 'OperationalError' });
    await expect(async () => store.history()).rejects.toMatchObject({ ename: 'OperationalError' });
    store.put('id1', { appendStdout: 'b' }, 'stub');
    await expect(async () => store.history()).rejects.toMatchObject({ ename: 'OperationalError' });
    expect(troubles).toEqual(['writes are delayed']);
    await server.start();
    await expect
      .poll(async () => store.find(['id1']), { timeout: 20_000 })
      .toMatchObject([{ record: { stdout: 'ab' } }]);
    expect(await store.engines.load()).toEqual({ engines: [engine], nextId: 5 });
    expect(troubles).toEqual(['writes are delayed', 'writes go on']);
    await store.close();
  });

  test('whoever asks is told when it goes away and comes back, though nobody writes', { timeout: 60_000 }, async () => {
    await using server = await startMongo();
    const told: string[] = [];
    const store = await createMongoTaskStore({
      address: { url: server.url, options: { heartbeatFrequencyMS: 500 } },
      database: 'muster',
      onReachable: (isThere, why) => told.push(isThere ? 'there' : why),
    });
    expect(told).toEqual(['there']);
    await server.stop();
    await expect.poll(() => told.at(-1), { timeout: 20_000 }).toMatch(/ECONNREFUSED|closed/);
    await server.start();
    await expect.poll(() => told.at(-1), { timeout: 20_000 }).toBe('there');
    await store.close();
    expect(told.at(-1)).toBe('there');
  });
});
