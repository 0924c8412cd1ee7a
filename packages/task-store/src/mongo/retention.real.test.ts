// What limits remove is remembered over restarts; and hubs that share a server do not see each other.
import { randomUUID } from 'node:crypto';
import type { Db } from 'mongodb';
import { MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { TaskStore } from '../port.ts';
import type { MongoServer } from '../testing/mongo-server.ts';
import { anyMongo, hasMongo, whyNoMongo } from '../testing/mongo-server.ts';
import { openExpiredIds } from './expired-ids.ts';
import type { MongoTaskStoreOptions } from './store.ts';
import { createMongoTaskStore } from './store.ts';

const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => `id${from + i}`);
const done = (n: number) => ({ submitted: n, completed: n, received: n });

describe.skipIf(!hasMongo)(`Retention in MongoDB${whyNoMongo(hasMongo)}`, () => {
  let server: MongoServer;
  let client: MongoClient;
  let db: Db;
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
    for (const each of databases) await each.dropDatabase();
    await client?.close();
    await server?.[Symbol.asyncDispose]();
  });
  async function open(options: Partial<MongoTaskStoreOptions> = {}): Promise<TaskStore> {
    const address = { url: server.url, options: {} };
    const store = await createMongoTaskStore({ address, database: db.databaseName, ...options });
    opened.push(store);
    return store;
  }
  function useDatabase(): void {
    db = client.db(`muster-test-${randomUUID()}`);
    databases.push(db);
  }

  test('a hub that comes later knows what has expired', async () => {
    useDatabase();
    const first = await open({ recordLimit: 10 });
    for (let n = 1; n <= 8; n++) first.put(`id${n}`, done(n * 1000), 'create');
    await first.history();
    await first.expire(4001);
    await first.remove(['id5']);
    for (let n = 9; n <= 16; n++) first.put(`id${n}`, { submitted: n * 1000 }, 'create');
    expect(await first.history()).toEqual(numbered(8, 16));
    await first.close();
    const second = await open();
    const found = await second.find(['id1', 'id4', 'id5', 'id6', 'id7', 'never']);
    expect(found.map((each) => 'missing' in each && each.missing)).toEqual([
      'expired',
      'expired',
      'unknown',
      'expired',
      'expired',
      'unknown',
    ]);
    second.put('id1', { appendStdout: 'late' }, 'stub');
    expect(await second.find(['id1'])).toEqual([{ missing: 'expired' }]);
  });

  test('thousands expire at once, with all that belongs to them', { timeout: 60_000 }, async () => {
    useDatabase();
    const store = await open({ expiredIdLimit: 10_000 });
    for (let n = 1; n <= 3000; n++) store.put(`id${n}`, done(n * 1000), 'create');
    store.put('id7', { resultBuffers: [new Uint8Array(2 ** 21)] }, 'ignore');
    expect(await db.collection('task_records.parts').countDocuments()).toBe(0);
    expect(await store.history()).toHaveLength(3000);
    expect(await db.collection('task_records.parts').countDocuments()).toBe(1);
    await store.expire(2_500_001);
    expect(await store.history()).toEqual(numbered(2501, 3000));
    expect(await db.collection('task_records.parts').countDocuments()).toBe(0);
    const found = await store.find(numbered(1, 2500));
    expect(found.every((each) => 'missing' in each && each.missing === 'expired')).toBe(true);
  });

  test('chunks whose record was never written go by age; those of records stay', async () => {
    useDatabase();
    const store = await open();
    store.put('id1', { submitted: 1000, buffers: [new Uint8Array(2 ** 21)] }, 'create');
    await store.history();
    const chunks = db.collection<{ _id: string; msg_id: string }>('task_records.parts');
    const old = '5f000000'.padEnd(24, '0');
    await chunks.updateOne({ msg_id: 'id1' }, { $set: { field: 'buffers' } });
    await chunks.insertOne({ _id: `${old}/0`, msg_id: 'nobody' });
    await chunks.insertOne({ _id: `${old}/1`, msg_id: 'id1' });
    await chunks.insertOne({ _id: `ffffffff${old.slice(8)}/0`, msg_id: 'not yet' });
    await store.expire(Date.now() * 1000);
    const left = await chunks.find().toArray();
    expect(left.map((chunk) => chunk.msg_id).sort()).toEqual(['id1', 'id1', 'not yet']);
  });

  test('so many expired ids are remembered, the last ones', async () => {
    useDatabase();
    const collection = db.collection<{ _id: never; msg_ids: string[] }>('expired') as never;
    const first = await openExpiredIds(collection, 100);
    for (let n = 1; n <= 1000; n += 10) await first.add(numbered(n, n + 9));
    for (const ids of [first, await openExpiredIds(collection, 100)]) {
      expect(numbered(951, 1000).every(ids.has)).toBe(true);
      expect(numbered(1, 890).some(ids.has)).toBe(false);
    }
    const documents = await db.collection('expired').find().toArray();
    expect(documents.reduce((sum, document) => sum + document.msg_ids.length, 0)).toBeLessThanOrEqual(110);
    const fewer = await openExpiredIds(collection, 20);
    expect(numbered(991, 1000).every(fewer.has)).toBe(true);
    expect(await db.collection('expired').countDocuments()).toBeLessThanOrEqual(3);
  });

  test('a limit that shrinks is reached a little at a time', { timeout: 60_000 }, async () => {
    useDatabase();
    const first = await open();
    for (let n = 1; n <= 4000; n++) first.put(`id${n}`, { submitted: n }, 'create');
    await first.settled();
    await first.close();
    const second = await open({ recordLimit: 100 });
    const counts: number[] = [];
    for (let n = 4001; n <= 4006; n++) {
      second.put(`id${n}`, { submitted: n }, 'create');
      counts.push((await second.history()).length);
    }
    expect(counts.slice(0, 3)).toEqual([3001, 2002, 1003]);
    expect(counts.at(-1)).toBeLessThanOrEqual(100);
    expect((await second.history()).at(-1)).toBe('id4006');
  });

  test('two databases on one server have nothing in common', async () => {
    useDatabase();
    const first = await open();
    useDatabase();
    const second = await open();
    first.put('id1', done(1), 'create');
    second.put('id1', { submitted: 2 }, 'create');
    await first.engines.put({ uuid: 'e', id: 3, kernel: 'node', status: 'registered' });
    await first.expire(2);
    expect(await first.find(['id1'])).toEqual([{ missing: 'expired' }]);
    expect(await second.find(['id1'])).toMatchObject([{ record: { submitted: 2 } }]);
    expect(await second.engines.load()).toEqual({ engines: [], nextId: 0 });
    await second.removeWhere({});
    expect(await second.find(['id1'])).toEqual([{ missing: 'unknown' }]);
  });

  test('two clusters in one database share the records, and have engines of their own', async () => {
    useDatabase();
    const first = await open({ clusterId: 'a' });
    const second = await open({ clusterId: 'b/$' });
    await first.engines.put({ uuid: 'e', id: 3, kernel: 'node', status: 'registered' });
    await second.engines.put({ uuid: 'f', id: 0, kernel: 'node', status: 'lost' });
    first.put('id1', { submitted: 1 }, 'create');
    expect(await first.history()).toEqual(['id1']);
    expect(await second.history()).toEqual(['id1']);
    expect(await first.engines.load()).toMatchObject({ engines: [{ uuid: 'e' }], nextId: 4 });
    expect(await second.engines.load()).toMatchObject({ engines: [{ uuid: 'f' }], nextId: 1 });
  });

  test('a name that MongoDB does not take is refused before it is asked', async () => {
    const address = { url: 'mongodb://127.0.0.1:1/', options: {} };
    for (const database of ['a.b', 'admin', '', 'x'.repeat(64)])
      await expect(createMongoTaskStore({ address, database })).rejects.toMatchObject({
        code: 'bad_option',
        message: expect.stringContaining(JSON.stringify(database)),
      });
  });
});
