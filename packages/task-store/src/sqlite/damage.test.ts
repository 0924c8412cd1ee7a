// Files that cannot be used, or not as they are: nothing is ever deleted, and it is said what happened and what to do.
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { runProgram, temporaryFolder, until } from '@muster/testkit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { TaskStore } from '../port.ts';
import { ourVersion } from './file/header.ts';
import type { FileNote } from './file/open-file.ts';
import type { SqliteTaskStoreOptions } from './store.ts';
import { createSqliteTaskStore } from './store.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let path: string;
let notes: FileNote[];
const opened: TaskStore[] = [];
beforeEach(async () => {
  folder = await temporaryFolder('sqlite-damage');
  path = join(folder.path, 'tasks.db');
  notes = [];
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  await folder.remove();
});

async function open(options: Partial<SqliteTaskStoreOptions> = {}): Promise<TaskStore> {
  const onNote = (note: FileNote): void => void notes.push(note);
  const store = await createSqliteTaskStore({ path, table: 'ipython-tasks', onNote, ...options });
  opened.push(store);
  return store;
}
async function close(store: TaskStore): Promise<void> {
  opened.splice(opened.indexOf(store), 1);
  await store.close();
}
const add = (store: TaskStore, n: number, bytes = 1): void =>
  void store.put(`id${n}`, { submitted: n, buffers: [new Uint8Array(bytes).fill(n)] }, 'create');
/** A database of 300 records in some 300 pages, closed. */
async function fill(): Promise<void> {
  const store = await open();
  for (let n = 1; n <= 300; n++) add(store, n, 3000);
  await close(store);
}
function change(file: string, edit: (bytes: Buffer) => void): void {
  const bytes = readFileSync(file);
  edit(bytes);
  writeFileSync(file, bytes);
}
/** The log of a store that is open, as it would be found had its program been killed. */
async function leaveWal(count: number, prepare: (store: TaskStore) => void = () => {}): Promise<void> {
  const live = await open();
  prepare(live);
  await live.settled();
  for (let n = 1; n <= count; n++) {
    add(live, 1000 + n, 3000);
    await live.settled();
  }
  copyFileSync(path, `${path}.copy`);
  copyFileSync(`${path}-wal`, `${path}.copy-wal`);
  await close(live);
  copyFileSync(`${path}.copy`, path);
  copyFileSync(`${path}.copy-wal`, `${path}-wal`);
}
const rowsIn = (file: string): number => {
  const db = new DatabaseSync(file);
  try {
    return db.prepare('SELECT count(*) AS n FROM "ipython-tasks"').get()?.n as number;
  } finally {
    db.close();
  }
};

test.each<[string, (bytes: Buffer) => void, RegExp]>([
  ['something else', (bytes) => bytes.fill('no database '), /not a database/],
  ['nothing but zeros', (bytes) => bytes.fill(0), /not a database/],
  ['a torn header', (bytes) => bytes.fill(0xff, 0, 60), /not a database/],
  ['a torn schema', (bytes) => bytes.fill(0xff, 100, 4096), /malformed/],
  ['a damaged page in the middle', (bytes) => bytes.fill(7, 4096 * 60, 4096 * 70), /do not fit together/],
])('a file with %s is moved aside at the start, as it is, and a new one begun', async (_, edit, why) => {
  await fill();
  change(path, edit);
  const damaged = readFileSync(path);
  const store = await open();
  expect(notes).toEqual([
    {
      what: 'database was damaged and is moved aside',
      path,
      movedTo: expect.any(String),
      why: expect.stringMatching(why),
    },
  ]);
  const movedTo = notes[0]!.movedTo!;
  expect(movedTo).toMatch(/tasks\.db\.corrupt-\d{4}-\d\d-\d\dT[\d-]+$/);
  expect(readFileSync(movedTo).equals(damaged)).toBe(true);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  add(store, 1);
  expect(await store.history()).toEqual(['id1']);
  // It is told once: those that ask for a record that never was are told just that.
  expect(await store.find(['id2'])).toEqual([{ missing: 'unknown' }]);
});

test('a file that was cut off is moved aside', async () => {
  await fill();
  truncateSync(path, 4096 * 20 + 100);
  expect(await (await open()).history()).toEqual([]);
  expect(statSync(notes[0]!.movedTo!).size).toBe(4096 * 20 + 100);
});

test('damage that shows while running: told, moved aside, writes go on, and who asks is told where it is', async () => {
  const troubles: string[] = [];
  const store = await open({ onTrouble: ({ what }) => troubles.push(what) });
  for (let n = 1; n <= 300; n++) add(store, n, 3000);
  await store.settled();
  const other = new DatabaseSync(path);
  other.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  other.close();
  change(path, (bytes) => bytes.fill(7, 4096));
  // Pages that were read before are still in memory.
  const refusal = { ename: 'OperationalError', message: expect.stringContaining('corrupt-') };
  await expect(async () => store.query({ queue: 'x' }, null)).rejects.toMatchObject(refusal);
  expect(notes).toMatchObject([{ what: 'database was damaged and is moved aside', path }]);
  expect(existsSync(notes[0]!.movedTo!)).toBe(true);
  add(store, 301);
  expect(await store.history()).toEqual(['id301']);
  await expect(async () => store.find(['id301', 'id5'])).rejects.toMatchObject({
    ename: 'OperationalError',
    message: expect.stringMatching(/'id5'.*corrupt-.*moved aside/),
  });
  expect(await store.find(['id301'])).toMatchObject([{ record: {} }]);
  expect(troubles).toEqual([]);
});

test('damage that a write meets costs no write', async () => {
  const store = await open();
  for (let n = 1; n <= 300; n++) add(store, n, 3000);
  await store.settled();
  const other = new DatabaseSync(path);
  other.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  other.close();
  change(path, (bytes) => bytes.fill(7, 4096));
  for (let n = 301; n <= 600; n++) add(store, n, 3000);
  await store.settled();
  expect((await store.history()).length).toBe(300);
  expect(notes).toMatchObject([{ what: 'database was damaged and is moved aside' }]);
});

test('of two controllers on a damaged file both go on with the new one', async () => {
  const script = join(import.meta.dirname, '../testing/sqlite-session.ts');
  const other = runProgram([process.execPath, script, path, 'hold'], { timeoutMs: 110_000 });
  await until(() => existsSync(`${path}.held`), { what: 'the other holds the file', timeoutMs: 90_000 });
  const store = await open();
  for (let n = 1; n <= 300; n++) add(store, n, 3000);
  await store.settled();
  const third = new DatabaseSync(path);
  third.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  third.close();
  change(path, (bytes) => bytes.fill(7, 4096));
  await expect(async () => store.query({ queue: 'x' }, null)).rejects.toMatchObject({ ename: 'OperationalError' });
  add(store, 301);
  await until(async () => (await Promise.resolve(store.history()).catch((): string[] => [])).includes('id301'), {
    what: 'the store goes on',
    timeoutMs: 90_000,
  });
  writeFileSync(`${path}.go`, '');
  const run = await other;
  expect(run.code, run.output).toBe(0);
  expect(JSON.parse(run.stdout)).toMatchObject({ history: ['id301', 'other'], troubles: [] });
  expect(await store.history()).toEqual(['id301', 'other']);
});

test('a file that is taken away while running: told, and the store goes on', async () => {
  const store = await open();
  add(store, 1);
  await store.settled();
  await runProgram(['rm', path]);
  add(store, 2);
  expect(await store.history()).toEqual(['id2']);
  // What was not yet copied from it into the database stays, too.
  expect(notes).toMatchObject([
    { what: 'database is no longer there', path },
    { what: 'write-ahead log does not fit and is moved aside', path: `${path}-wal` },
  ]);
});

test('a log that an ended program has left is used', async () => {
  await leaveWal(3);
  const store = await open();
  expect((await store.history()).length).toBe(3);
  expect(notes).toEqual([]);
});

test.each<[string, (bytes: Buffer) => void, RegExp]>([
  ['of another database', () => {}, /of another database/],
  ['that is none', (bytes) => bytes.fill('not a log'), /does not begin/],
  ['with a damaged header', (bytes) => bytes.fill(9, 12, 20), /header is damaged/],
  ['with other pages', (bytes) => resize(bytes), /another size/],
])('a write-ahead log %s is moved aside, and the database used without it', async (_, edit, why) => {
  await leaveWal(30);
  copyFileSync(`${path}-wal`, join(folder.path, 'other-wal'));
  for (const end of ['', '-wal']) await runProgram(['rm', path + end]);
  await fill();
  copyFileSync(join(folder.path, 'other-wal'), `${path}-wal`);
  change(`${path}-wal`, edit);
  const log = readFileSync(`${path}-wal`);
  const store = await open();
  expect((await store.history()).length).toBe(300);
  expect(notes).toMatchObject([
    { what: 'write-ahead log does not fit and is moved aside', path: `${path}-wal`, why: expect.stringMatching(why) },
  ]);
  expect(readFileSync(notes[0]!.movedTo!).equals(log)).toBe(true);
});

/** Another size of pages, in a header that is whole. */
function resize(wal: Buffer): void {
  wal.writeUInt32BE(8192, 8);
  let [s0, s1] = [0, 0];
  for (let i = 0; i < 24; i += 8) {
    s0 = (s0 + (wal[3] === 0x83 ? wal.readUInt32BE(i) : wal.readUInt32LE(i)) + s1) >>> 0;
    s1 = (s1 + (wal[3] === 0x83 ? wal.readUInt32BE(i + 4) : wal.readUInt32LE(i + 4)) + s0) >>> 0;
  }
  wal.writeUInt32BE(s0, 24);
  wal.writeUInt32BE(s1, 28);
}

test('a log without its database is moved aside', async () => {
  await leaveWal(3);
  truncateSync(path, 0);
  expect(await (await open()).history()).toEqual([]);
  expect(notes).toMatchObject([{ what: 'write-ahead log does not fit and is moved aside', why: /not there/ }]);
});

test('a log that is damaged in the middle is used up to there, and a copy of it stays', async () => {
  await leaveWal(30);
  const wal = readFileSync(`${path}-wal`);
  change(`${path}-wal`, (bytes) => bytes.fill(7, wal.length >> 1, (wal.length >> 1) + 4200));
  const store = await open();
  const found = (await store.history()).length;
  expect(found).toBeGreaterThan(5);
  expect(found).toBeLessThan(30);
  expect(notes).toMatchObject([{ what: 'write-ahead log is damaged and was copied' }]);
  expect(statSync(notes[0]!.movedTo!).size).toBe(wal.length);
});

test('a log cut off in its last transaction, as by a power failure, is no damage', async () => {
  await leaveWal(3);
  truncateSync(`${path}-wal`, statSync(`${path}-wal`).size - 1000);
  expect((await (await open()).history()).length).toBe(2);
  expect(notes).toEqual([]);
});

test('what other tables and the constraints on them say is no damage', async () => {
  const db = new DatabaseSync(path);
  db.exec('CREATE TABLE other (a NOT NULL, b CHECK (b > 1)); PRAGMA ignore_check_constraints = ON');
  db.exec('INSERT INTO other VALUES (1, 0)');
  db.close();
  expect(await (await open()).history()).toEqual([]);
  expect(notes).toEqual([]);
  expect(rowsIn(path)).toBe(0);
});

test.each<[string, () => void, RegExp, RegExp]>([
  [
    'its folder is missing',
    () => {
      path = join(folder.path, 'none', 'tasks.db');
    },
    /ENOENT/,
    /Make the folder/,
  ],
  [
    'its folder is a file',
    () => {
      writeFileSync(join(folder.path, 'file'), '');
      path = join(folder.path, 'file', 'tasks.db');
    },
    /ENOTDIR|not a directory/,
    /Make the folder/,
  ],
  ['a folder has its name', () => void mkdirSync(path), /no plain file/, /name another/],
  [
    'a newer Muster made it',
    () => {
      const db = new DatabaseSync(path);
      db.exec(`CREATE TABLE t (a); PRAGMA user_version = ${ourVersion + 1}`);
      db.close();
    },
    /newer Muster/,
    /newer version/,
  ],
  [
    'a newer SQLite wrote it',
    () => {
      const db = new DatabaseSync(path);
      db.exec('CREATE TABLE t (a)');
      db.close();
      change(path, (bytes) => bytes.fill(3, 18, 20));
    },
    /newer SQLite/,
    /newer version/,
  ],
])('a database is refused with reason and remedy when %s, and stays as it is', async (_, prepare, message, remedy) => {
  prepare();
  const before = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  await expect(open()).rejects.toMatchObject({
    code: 'store_unusable',
    message: expect.stringMatching(message),
    remedy: expect.stringMatching(remedy),
  });
  expect(statSync(path, { throwIfNoEntry: false })?.mtimeMs).toBe(before);
});

test('a pipe is refused at once', async () => {
  await runProgram(['mkfifo', path]);
  await expect(open()).rejects.toMatchObject({
    code: 'store_unusable',
    message: expect.stringContaining('no plain file'),
  });
});

test('a database that another program holds is refused after a while, with its name', async () => {
  await fill();
  const hold = `const { DatabaseSync } = require('node:sqlite'); const db = new DatabaseSync(${JSON.stringify(path)});
    db.exec('BEGIN IMMEDIATE'); require('node:fs').writeFileSync(${JSON.stringify(`${path}.held`)}, '');
    const wait = setInterval(() => { if (require('node:fs').existsSync(${JSON.stringify(`${path}.go`)})) { clearInterval(wait); db.close(); } }, 20);`;
  const other = runProgram([process.execPath, '--disable-warning=ExperimentalWarning', '-e', hold], {
    timeoutMs: 110_000,
  });
  await until(() => existsSync(`${path}.held`), { what: 'the other holds the file', timeoutMs: 90_000 });
  await expect(open({ busyTimeoutMs: 200 })).rejects.toMatchObject({
    code: 'store_unusable',
    message: expect.stringMatching(process.platform === 'linux' ? /locked by process \d+ \(.+\)/ : /locked/),
    remedy: expect.stringMatching(/Stop the program/),
  });
  writeFileSync(`${path}.go`, '');
  expect((await other).code).toBe(0);
  expect((await (await open()).history()).length).toBe(300);
});
