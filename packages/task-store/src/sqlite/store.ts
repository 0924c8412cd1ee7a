import { MusterError } from '@muster/protocol';
import type { TaskBackend } from '../batched/backend.ts';
import { BackendError } from '../batched/backend.ts';
import type { BatchedStoreOptions } from '../batched/batched-store.ts';
import { createBatchedStore } from '../batched/batched-store.ts';
import type { Found, TaskStore } from '../port.ts';
import { unpackRecord } from '../stored-record.ts';
import { packWrites } from './packed-write.ts';
import type { TableOptions } from './table.ts';
import type { DatabaseThread } from './thread.ts';
import { OpenError, startDatabaseThread } from './thread.ts';

export interface SqliteTaskStoreOptions extends Partial<Omit<TableOptions, 'path' | 'table'>>, BatchedStoreOptions {
  /** The file; it is made, with mode 0600, when it is not there. Its folder must be. */
  readonly path: string;
  /** Name of the table. One of another form is left alone, and `_1`, `_2`… is appended. */
  readonly table: string;
}

export const sqliteDefaults: Omit<TableOptions, 'path' | 'table'> = {
  busyTimeoutMs: 5000,
  recordLimit: 1_000_000,
  sizeLimitBytes: 16 * 2 ** 30,
  cullFraction: 0.1,
  textLimitChars: 4 * 2 ** 20,
  expiredIdLimit: 65_536,
  answerLimitBytes: 2 ** 30,
};

/**
 * Keeps records in a table of SQLite that Python's ipyparallel reads and writes as well (§5.5). Rejects with MusterError
 * `store_unusable`.
 */
export async function createSqliteTaskStore(options: SqliteTaskStoreOptions): Promise<TaskStore> {
  const { onTrouble: _, ...plain } = options;
  const tableOptions: TableOptions = { ...sqliteDefaults, ...plain };
  const thread = await startDatabaseThread(tableOptions).catch((error: unknown) => {
    throw error instanceof OpenError ? unusable(options.path, error) : error;
  });
  const backend = createSqliteBackend(thread, () => startDatabaseThread({ ...tableOptions, table: thread.table }));
  return createBatchedStore('sqlite', backend, options);
}

/** Calls the thread, and starts it again when it has ended without being asked to. */
export function createSqliteBackend(first: DatabaseThread, start: () => Promise<DatabaseThread>): TaskBackend {
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
  return {
    async apply(writes) {
      const transfers: ArrayBuffer[] = [];
      const database = await running();
      await database.call('apply', [packWrites(writes, transfers)], transfers);
    },
    async find(msgIds) {
      const found = await (await running()).call('find', [msgIds]);
      return found.map((each): Found => ('record' in each ? { record: unpackRecord(each.record) } : each));
    },
    query: async (query, keys) => (await running()).call('query', [query, keys]),
    history: async () => (await running()).call('history', []),
    remove: async (msgIds) => (await running()).call('remove', [msgIds]),
    removeWhere: async (query) => (await running()).call('removeWhere', [query]),
    expire: async (receivedBefore) => (await running()).call('expire', [receivedBefore]),
    loadEngines: async () => (await running()).call('loadEngines', []),
    putEngine: async (engine) => (await running()).call('putEngine', [engine]),
    removeEngine: async (uuid) => (await running()).call('removeEngine', [uuid]),
    async close() {
      closed = true;
      const known = await thread;
      if (known.alive) await known.call('close', []).catch(() => {});
      await known.end();
    },
  };
}

const remedies: Readonly<Record<string, string>> = {
  NOTADB: 'Move the file away, or name another by --SQLiteDB.filename=FILE.',
  CORRUPT: 'Move the file away, or name another by --SQLiteDB.filename=FILE.',
  BUSY: 'Stop the program that holds it, or name another by --SQLiteDB.filename=FILE.',
  FULL: 'Make room on the disk, or name another folder by --SQLiteDB.location=FOLDER.',
  ENOENT: 'Make the folder, or name another by --SQLiteDB.location=FOLDER.',
};

function unusable(path: string, { code, message }: OpenError): MusterError {
  return new MusterError(
    'store_unusable',
    `The task database ${path} cannot be opened: ${message}`,
    remedies[code ?? ''],
  );
}
