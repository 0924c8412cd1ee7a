import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { JsonObject } from '@muster/protocol';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { taskStoreContract } from '../contract.ts';
import type { TaskStore } from '../port.ts';
import { checkSameAnswers } from '../same-answers.ts';
import { createPackedBatch } from './packed-batch.ts';
import type { SqliteTaskStoreOptions } from './store.ts';
import { createSqliteBackend, createSqliteTaskStore, sqliteDefaults } from './store.ts';
import type { DatabaseThread } from './thread.ts';
import { startDatabaseThread } from './thread.ts';
import { compileWhere } from './where.ts';

// A disk that others use, too, may be slow.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const folder = mkdtempSync(join(tmpdir(), 'muster-sqlite-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
const newPath = (): string => join(folder, `${++count}.db`);
const opened: TaskStore[] = [];
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});
async function open(path: string, options: Partial<SqliteTaskStoreOptions> = {}): Promise<TaskStore> {
  const store = await createSqliteTaskStore({ path, table: 'ipython-tasks', ...options });
  opened.push(store);
  return store;
}
const add = (store: TaskStore, n: number, bytes = 1): void =>
  void store.put(`id${n}`, { submitted: n, buffers: [new Uint8Array(bytes)] }, 'create');

taskStoreContract({
  name: 'sqlite',
  open: () => createSqliteTaskStore({ path: newPath(), table: 'ipython-tasks' }),
  keeps: true,
  lasts: true,
});

test('answers as the memory store does', { timeout: 120_000 }, async () => {
  await checkSameAnswers(await open(newPath()), 60);
});

test('texts sort as in JavaScript, where SQLite would sort them otherwise', async () => {
  const store = await open(newPath());
  for (const label of ['😀', '\uffff', 'z']) store.put(label, { label }, 'create');
  const ids = async (condition: JsonObject) =>
    (await store.query({ label: condition }, ['label'])).map((record) => record.fields.msg_id);
  expect(await ids({ $gt: '😀' })).toEqual(['\uffff']);
  expect(await ids({ $lt: '\uffff' })).toEqual(['😀', 'z']);
  expect(await ids({ $gt: 'z' })).toEqual(['😀', '\uffff']);
});

test('records last, in a file for its owner alone', async () => {
  const path = newPath();
  const first = await open(path);
  const engine = { uuid: 'e', id: 4, kernel: 'node', status: 'registered' } as const;
  await first.engines.put(engine);
  first.put('id1', { submitted: 1, displayData: { a: 1 }, resultBuffers: [new Uint8Array(100_000).fill(3)] }, 'create');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  await first.close();
  expect(readdirSync(folder).filter((name) => name.startsWith(`${count}.db`))).toEqual([`${count}.db`]);
  const second = await open(path);
  expect(await second.history()).toEqual(['id1']);
  expect(await second.engines.load()).toEqual({ engines: [engine], nextId: 5 });
  const [found] = await second.find(['id1']);
  expect(found).toMatchObject({ record: { displayData: { a: 1 }, stdout: '' } });
  expect('record' in found! && found.record.resultBuffers[0]?.every((byte) => byte === 3)).toBe(true);
});

test('a table of another form is left alone', async () => {
  const path = newPath();
  const db = new DatabaseSync(path);
  db.exec('CREATE TABLE "ipython-tasks" (msg_id text, other text); CREATE TABLE "ipython-tasks_1" (msg_id text)');
  const store = await open(path);
  add(store, 1);
  expect(await store.history()).toEqual(['id1']);
  expect(db.prepare('SELECT count(*) AS n FROM "ipython-tasks_2"').get()).toEqual({ n: 1 });
  db.close();
});

test('over the record limit, stubs and then the oldest go', async () => {
  const store = await open(newPath(), { recordLimit: 20 });
  store.put('stub', { appendStdout: 'x' }, 'stub');
  for (let n = 20; n > 0; n--) add(store, n);
  expect(await store.history()).toEqual(Array.from({ length: 19 }, (_, i) => `id${i + 2}`));
  store.put('stub', { appendStdout: 'y' }, 'stub');
  store.put('id1', { completed: 5 }, 'ignore');
  expect(await store.find(['stub', 'id1', 'never'])).toEqual([
    { missing: 'expired' },
    { missing: 'expired' },
    { missing: 'unknown' },
  ]);
});

test('over the size limit, the oldest go until a tenth of it is free', async () => {
  const store = await open(newPath(), { sizeLimitBytes: 1_000_000 });
  for (let n = 1; n <= 100; n++) {
    add(store, n, 50_000);
    if (n % 10 === 0) await store.history();
  }
  const kept = await store.history();
  expect(kept.length).toBeGreaterThan(10);
  expect(kept.length).toBeLessThanOrEqual(18);
  expect(kept.at(-1)).toBe('id100');
  expect(await store.find(['id1'])).toEqual([{ missing: 'expired' }]);
});

test('what other tables hold does not push out ours', async () => {
  const path = newPath();
  const db = new DatabaseSync(path);
  db.exec('CREATE TABLE large (b blob); INSERT INTO large VALUES (zeroblob(2000000))');
  db.close();
  const store = await open(path, { sizeLimitBytes: 1_000_000 });
  add(store, 1, 100_000);
  expect(await store.history()).toEqual(['id1']);
});

test('a record that is too large goes alone', async () => {
  const store = await open(newPath(), { sizeLimitBytes: 1_000_000 });
  add(store, 1);
  add(store, 2, 2_000_000);
  expect(await store.history()).toEqual(['id1']);
  store.put('id1', { resultBuffers: [new Uint8Array(2_000_000)] }, 'ignore');
  expect(await store.find(['id1', 'id2'])).toEqual([{ missing: 'expired' }, { missing: 'expired' }]);
});

test('output is cut at the limit and marked once', async () => {
  const store = await open(newPath(), { textLimitChars: 10 });
  for (const piece of ['12345', '678901234', 'more']) {
    store.put('a', { appendStdout: piece }, 'stub');
    await store.history();
  }
  const [found] = await store.find(['a']);
  expect(found).toMatchObject({ record: { stdout: '1234567890\n[output cut: more than 10 characters]\n' } });
});

test('an answer that is too large is refused', async () => {
  const store = await open(newPath(), { answerLimitBytes: 1000 });
  for (const n of [1, 2]) add(store, n, 800);
  await expect(async () => store.find(['id1', 'id2'])).rejects.toMatchObject({ ename: 'MemoryError' });
  await expect(async () => store.query({}, ['buffers'])).rejects.toMatchObject({ ename: 'MemoryError' });
  expect(await store.query({}, null)).toHaveLength(2);
});

test('dates in other zones, which others may have written, are compared and sorted as moments', async () => {
  const path = newPath();
  const store = await open(path);
  for (const n of [1, 2, 3]) add(store, n * 3_600_000_000);
  await store.history();
  const db = new DatabaseSync(path);
  db.exec(`UPDATE "ipython-tasks" SET submitted = '1970-01-01T05:30:00+05:00' WHERE msg_id = 'id${2 * 3_600_000_000}'`);
  db.close();
  expect(await store.history()).toEqual([2, 1, 3].map((n) => `id${n * 3_600_000_000}`));
  const found = await store.query({ submitted: { $lt: '1970-01-01T00:45:00Z' } }, ['submitted']);
  expect(found.map((record) => record.fields.submitted)).toEqual(['1970-01-01T00:30:00Z']);
});

test('a lock of another program delays writes; a question during it is refused after a while', async () => {
  const path = newPath();
  const troubles: string[] = [];
  const store = await open(path, { busyTimeoutMs: 10, patienceMs: 200, onTrouble: ({ what }) => troubles.push(what) });
  const db = new DatabaseSync(path);
  db.exec('BEGIN IMMEDIATE');
  add(store, 1);
  await expect(async () => store.history()).rejects.toMatchObject({
    ename: 'OperationalError',
    message: 'the task database does not answer: database is locked',
  });
  db.exec('ROLLBACK');
  db.close();
  await expect.poll(() => troubles, { timeout: 15_000 }).toEqual(['writes are delayed', 'writes go on']);
  expect(await store.history()).toEqual(['id1']);
});

test('a thread of the database that ends is started again', async () => {
  const options = { ...sqliteDefaults, path: newPath(), table: 'ipython-tasks' };
  const threads: DatabaseThread[] = [];
  const start = async (): Promise<DatabaseThread> => {
    threads.push(await startDatabaseThread(options));
    return threads.at(-1)!;
  };
  const backend = createSqliteBackend(await start(), start);
  const batch = createPackedBatch();
  batch.add('id1', { submitted: 1 }, 'create');
  await backend.apply(batch.take());
  const asked = backend.history();
  await threads[0]!.end();
  await asked.catch((error) => expect(error).toMatchObject({ name: 'BackendError', retryable: true }));
  expect(await backend.history()).toEqual(['id1']);
  expect(threads.length).toBe(2);
  await backend.close();
  await expect(backend.history()).rejects.toMatchObject({ name: 'BackendError', retryable: false });
});

test('expired ids are remembered by later sessions, the last of them', async () => {
  const path = newPath();
  const first = await open(path, { recordLimit: 2, expiredIdLimit: 3 });
  for (let n = 1; n <= 8; n++) add(first, n);
  await first.put('id9', { submitted: 9, received: 10 }, 'create');
  await first.expire(11);
  await first.close();
  const second = await open(path, { expiredIdLimit: 3 });
  expect(await second.find(['id9', 'id7', 'id6', 'id5', 'id8'])).toMatchObject([
    { missing: 'expired' },
    { missing: 'expired' },
    { missing: 'expired' },
    { missing: 'unknown' },
    { record: {} },
  ]);
  add(second, 6);
  expect(await second.find(['id6'])).toMatchObject([{ record: {} }]);
  await second.remove(['id6']);
  expect(await second.find(['id6'])).toEqual([{ missing: 'unknown' }]);
});

test('many expire a part at a time, whatever the zone in which their dates are', async () => {
  const path = newPath();
  const store = await open(path);
  for (let n = 1; n <= 5000; n++) void store.put(`id${n}`, { submitted: n, received: n }, 'create');
  await store.expire(4001);
  expect(await store.history()).toEqual(Array.from({ length: 1000 }, (_, i) => `id${i + 4001}`));
  const db = new DatabaseSync(path);
  db.exec(`UPDATE "ipython-tasks" SET received = '1970-01-01T05:00:00.004500+05:00' WHERE msg_id = 'id5000'`);
  db.close();
  await store.expire(4501);
  expect((await store.history()).length).toBe(499);
  expect(await store.find(['id5000', 'id4501'])).toMatchObject([{ missing: 'expired' }, { record: {} }]);
});

test('indexes of a large table that another program has made are told of', async () => {
  const path = newPath();
  await (await open(path)).close();
  const db = new DatabaseSync(path);
  db.exec(`INSERT INTO "ipython-tasks" (rowid, msg_id, completed) VALUES (200000, 'id1', '2026-01-01T00:00:00+00:00');
    DROP INDEX "ipython-tasks+completed"`);
  db.close();
  const notes: string[] = [];
  const store = await open(path, { onNote: ({ what, why }) => notes.push(`${what} ${why}`) });
  expect(notes).toEqual(['indexes are being made of 200000 records']);
  expect(await store.query({ completed: { $gt: '2025-12-31T23:59:59Z' } }, ['msg_id'])).toHaveLength(1);
});

test('two controllers write, ask and cull side by side on one file, each with its engines', async () => {
  const path = newPath();
  const options = { recordLimit: 150 };
  const [a, b] = await Promise.all([
    open(path, { ...options, clusterId: 'a' }),
    open(path, { ...options, clusterId: 'b' }),
  ]);
  for (let n = 1; n <= 200; n++) void (n % 2 === 0 ? a : b).put(`id${n}`, { submitted: n }, 'create');
  await Promise.all([a.settled(), b.settled()]);
  expect(await a.history()).toEqual(await b.history());
  expect(await b.find(['id199', 'id200'])).toMatchObject([{ record: {} }, { record: {} }]);
  const engine = { uuid: 'e', id: 0, kernel: 'node', status: 'registered' } as const;
  await a.engines.put(engine);
  expect(await b.engines.load()).toEqual({ engines: [], nextId: 0 });
  await a.close();
  void b.put('later', { submitted: 300 }, 'create');
  expect((await b.history()).at(-1)).toBe('later');
});

test('a long answer comes whole, and refused when it is too large', async () => {
  const path = newPath();
  const store = await open(path, { answerLimitBytes: 300_000 });
  for (let n = 1; n <= 1801; n++) void store.put(`id${n}`, { submitted: n, content: { n } }, 'create');
  const found = await store.query({}, ['content']);
  expect(found.map(({ fields }) => (fields.content as JsonObject).n)).toEqual(
    Array.from({ length: 1801 }, (_, i) => i + 1),
  );
  expect((await store.find(found.map(({ fields }) => String(fields.msg_id)))).length).toBe(1801);
  expect(await store.query({}, null)).toHaveLength(1801);
  for (let n = 1; n <= 400; n++) void store.put(`id${n}`, { executeInput: 'x'.repeat(1000) }, 'ignore');
  await expect(async () => store.query({}, null)).rejects.toMatchObject({ ename: 'MemoryError' });
});

test('questions while a large batch is written see what was written before them', async () => {
  const store = await open(newPath());
  const buffers = [new Uint8Array(20_000)];
  const asked: unknown[] = [];
  for (let n = 1; n <= 3000; n++) {
    await store.put(`id${n}`, { submitted: n, buffers }, 'create');
    if (n % 500 === 0)
      asked.push(await Promise.all([store.find([`id${n}`]), store.query({ msg_id: `id${n}` }, ['queue'])]));
  }
  expect(asked).toMatchObject(Array.from({ length: 6 }, () => [[{ record: {} }], [{ fields: {} }]]));
  expect((await store.history()).length).toBe(3000);
});

test('questions use an index where their answer is small', async () => {
  const path = newPath();
  const store = await open(path);
  add(store, 1);
  await store.settled();
  const db = new DatabaseSync(path);
  const planOf = (query: JsonObject): string => {
    const { sql, args } = compileWhere(query, () => true);
    const rows = db.prepare(`EXPLAIN QUERY PLAN SELECT rowid FROM "ipython-tasks" WHERE ${sql}`).all(...args);
    return rows.map((row) => String(row.detail)).join();
  };
  const date = '2026-01-01T00:00:00Z';
  for (const [query, index] of [
    [{ msg_id: 'a' }, 'sqlite_autoindex_ipython-tasks_1 (msg_id=?)'],
    [{ msg_id: { $in: ['a', 'b'] } }, 'sqlite_autoindex_ipython-tasks_1 (msg_id=?)'],
    [{ engine_uuid: 'e', completed: null }, 'ipython-tasks+engine (engine_uuid=? AND completed=?)'],
    [{ engine_uuid: 'e', completed: { $gte: date } }, 'ipython-tasks+engine (engine_uuid=? AND completed>?'],
    [{ completed: null }, 'ipython-tasks+completed (completed=?)'],
    [{ completed: { $gt: date } }, 'ipython-tasks+completed (completed>?'],
    [{ submitted: { $lt: date } }, 'ipython-tasks+submitted (submitted'],
    [{ received: date }, 'ipython-tasks+received (received>? AND received<?)'],
    [{ label: 'x' }, 'ipython-tasks+label (label=?)'],
  ] satisfies [JsonObject, string][])
    expect(planOf(query), JSON.stringify(query)).toContain(index);
  db.close();
});
