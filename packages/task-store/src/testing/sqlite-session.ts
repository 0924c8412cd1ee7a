// A session with the store, as a program for tests: `sqlite-session.ts FILE WHAT` prints what happened as JSON. WHAT: `use` it
// for a record; `hold` it: says so by FILE.held, waits for FILE.go, writes a record and tells the history; `fill` the disk until writes are delayed, ask, make room by removing the file `ballast`, and see them go on.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MusterError } from '@muster/protocol';
import { until } from '@muster/testkit';
import type { TaskStore } from '../port.ts';
import { createSqliteTaskStore } from '../sqlite/store.ts';

export interface Session {
  /** Why it could not be opened, and what to do. */
  readonly refused?: { readonly message: string; readonly remedy: string };
  /** What happened to the file. */
  readonly notes: readonly string[];
  readonly troubles: readonly string[];
  /** Ids of the records that were there at the end. */
  readonly history?: readonly string[];
  /** How many were lost. */
  readonly lost?: number;
  /** What a question was told while the disk was full. */
  readonly whileFull?: string;
  readonly hasWal: boolean;
}

const [path, what] = process.argv.slice(2) as [string, keyof typeof sessions];
const sessions = { use, hold, fill };
const notes: string[] = [];
const troubles: string[] = [];
let result: Partial<Session> = {};
try {
  const store = await createSqliteTaskStore({
    path,
    table: 'ipython-tasks',
    busyTimeoutMs: 500,
    patienceMs: 1000,
    onNote: ({ what, why }) => notes.push(`${what}: ${why}`),
    onTrouble: ({ what, why }) => troubles.push(`${what}: ${why}`),
  });
  result = await sessions[what](store);
  await store.close();
} catch (error) {
  if (!(error instanceof MusterError)) throw error;
  result = { refused: { message: error.message, remedy: error.remedy }, hasWal: false };
}
console.log(JSON.stringify({ notes, troubles, ...result }));

async function use(store: TaskStore): Promise<Partial<Session>> {
  store.put('id1', { submitted: 1 }, 'create');
  return { history: await store.history(), hasWal: existsSync(`${path}-wal`) };
}

async function hold(store: TaskStore): Promise<Partial<Session>> {
  writeFileSync(`${path}.held`, '');
  await until(() => existsSync(`${path}.go`), { what: 'the word to go on', timeoutMs: 110_000 });
  store.put('other', { submitted: 1000 }, 'create');
  return { history: await store.history() };
}

async function fill(store: TaskStore): Promise<Partial<Session>> {
  let count = 0;
  await until(
    async () => {
      store.put(`id${++count}`, { submitted: count, buffers: [new Uint8Array(100_000)] }, 'create');
      await Promise.race([store.settled(), new Promise((done) => setTimeout(done, 50))]);
      return troubles.length > 0;
    },
    { what: 'the disk is full', everyMs: 1, timeoutMs: 30_000 },
  );
  const whileFull = await Promise.resolve(store.history()).then(
    (ids) => `${ids.length}`,
    (error: Error) => error.message,
  );
  rmSync(join(dirname(path), 'ballast'));
  await until(() => troubles.length > 1, { what: 'the writes go on', timeoutMs: 30_000 });
  return { whileFull, lost: count - (await store.history()).length, hasWal: existsSync(`${path}-wal`) };
}
