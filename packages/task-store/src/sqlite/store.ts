import type { TaskBackend } from '../batched/backend.ts';
import { BackendError } from '../batched/backend.ts';
import type { BatchedStoreOptions } from '../batched/batched-store.ts';
import { createBatchedStore } from '../batched/batched-store.ts';
import type { Found, TaskStore } from '../port.ts';
import { unpackRecord } from '../stored-record.ts';
import { OpenError } from './file/open-error.ts';
import type { PackedBatch } from './packed-batch.ts';
import { createPackedBatch } from './packed-batch.ts';
import type { TableOptions } from './table.ts';
import type { DatabaseThread, ThreadOptions } from './thread.ts';
import { startDatabaseThread } from './thread.ts';
import { toUnusable } from './unusable.ts';

export interface SqliteTaskStoreOptions
  extends Partial<Omit<TableOptions, 'path' | 'table'>>,
    BatchedStoreOptions,
    ThreadOptions {
  /** The file; it is made, with mode 0600, when it is not there. Its folder must be. */
  readonly path: string;
  /** Name of the table. One of another form is left alone, and `_1`, `_2`… is appended. */
  readonly table: string;
}

export const sqliteDefaults: Omit<TableOptions, 'path' | 'table'> = {
  clusterId: '',
  busyTimeoutMs: 5000,
  recordLimit: 1_000_000,
  sizeLimitBytes: 16 * 2 ** 30,
  cullFraction: 0.1,
  textLimitChars: 4 * 2 ** 20,
  expiredIdLimit: 65_536,
  answerLimitBytes: 2 ** 30,
};

/**
 * Keeps records in a table of SQLite that Python's ipyparallel reads and writes as well (§5.5). A file that is damaged is moved
 * aside, at the start or later, and a new one begun; `onNote` tells. Rejects with MusterError `store_unusable`.
 */
export async function createSqliteTaskStore(options: SqliteTaskStoreOptions): Promise<TaskStore> {
  const { onTrouble: _, onNote, openWithinMs, ...plain } = options;
  const tableOptions: TableOptions = { ...sqliteDefaults, ...plain };
  const threadOptions: ThreadOptions = { ...(onNote && { onNote }), ...(openWithinMs && { openWithinMs }) };
  const thread = await startDatabaseThread(tableOptions, threadOptions).catch((error: unknown) => {
    throw error instanceof OpenError ? toUnusable(options.path, error) : error;
  });
  const backend = createSqliteBackend(thread, () =>
    startDatabaseThread({ ...tableOptions, table: thread.table }, threadOptions),
  );
  return createBatchedStore('sqlite', backend, createPackedBatch(), { ...sqliteBatches, ...options });
}

/** A task has three writes, which become one row when they are in one batch; and with each batch all indexes are written. */
const sqliteBatches = { batchCount: 6000, flushAfterMs: 200 };

/** How long the thread is waited for when the store is closed: it may hang in the file system. */
const closeWithinMs = 20_000;

/** Calls the thread, and starts it again when it has ended without being asked to. */
export function createSqliteBackend(
  first: DatabaseThread,
  start: () => Promise<DatabaseThread>,
): TaskBackend<PackedBatch> {
  let thread = Promise.resolve(first);
  let closed = false;
  async function running(): Promise<DatabaseThread> {
    if (closed) throw new BackendError('it is closed', false);
    const known = await thread;
    if (known.alive) return known;
    const started = start();
    // One that cannot be started is tried again at the next call.
    thread = started.catch(() => known);
    return started.catch((error: Error) => {
      throw new BackendError(error.message, true);
    });
  }
  async function closeThread(): Promise<void> {
    const known = await thread;
    if (known.alive) await known.call('close', []).catch(() => {});
    await known.end();
  }
  return {
    async apply(batch) {
      await (await running()).call('apply', [batch]);
    },
    async find(msgIds) {
      const found = await (await running()).call('find', [msgIds]);
      return found.map((each): Found => ('record' in each ? { record: unpackRecord(each.record) } : each));
    },
    query: async (query, keys) => (await running()).call('query', [query, keys]),
    history: async () => (await running()).call('history', []),
    remove: async (msgIds) => (await running()).call('remove', [msgIds]),
    removeWhere: async (query) => (await running()).call('removeWhere', [query]),
    async expire(receivedBefore) {
      while (!(await (await running()).call('expire', [receivedBefore])));
    },
    loadEngines: async () => (await running()).call('loadEngines', []),
    putEngine: async (engine) => (await running()).call('putEngine', [engine]),
    removeEngine: async (uuid) => (await running()).call('removeEngine', [uuid]),
    async close() {
      closed = true;
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, closeWithinMs);
      await Promise.race([closeThread(), late]);
      clearTimeout(timer);
    },
  };
}
