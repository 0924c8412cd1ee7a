// A connection to a database, with a write-ahead log where that can be.
import { DatabaseSync } from 'node:sqlite';
import { pauseThread } from '../pause-thread.ts';
import { isSharedMemoryFault, sqliteCodeOf } from '../sqlite-errors.ts';
import type { Placement } from './placement.ts';

export interface Connected {
  readonly db: DatabaseSync;
  /** Why there is no write-ahead log; undefined when there is one. */
  readonly withoutWal: string | undefined;
}

/** Throws what node:sqlite throws. */
export function connect(path: string, timeoutMs: number, placement: Placement): Connected {
  if (placement.kind === 'shared') {
    const why = `other machines may use the same file (${placement.type})`;
    return { db: connectWithoutWal(path, timeoutMs), withoutWal: why };
  }
  try {
    return { db: connectWithWal(path, timeoutMs), withoutWal: undefined };
  } catch (error) {
    if (!isSharedMemoryFault(error)) throw error;
    const why = `the file system cannot map memory that is shared (${(error as Error).message})`;
    return { db: connectWithoutWal(path, timeoutMs), withoutWal: why };
  }
}

/** Readers and writers of other processes do not wait for each other; commits do not wait for the disk. */
function connectWithWal(path: string, timeoutMs: number): DatabaseSync {
  return opened(path, timeoutMs, (db) => {
    read(db);
    // Two that make the same file at the same time are told so at once, without waiting.
    untilFree(timeoutMs, () => db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL'));
    // Pages that are written again and again, as those of indexes, go into the file once for many batches.
    db.exec('PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 8000; PRAGMA cache_size = -8000');
    read(db);
  });
}

/** Of a file that had a log nobody may be in it meanwhile: then no memory is needed to share. */
function connectWithoutWal(path: string, timeoutMs: number): DatabaseSync {
  return opened(path, timeoutMs, (db) => {
    untilFree(timeoutMs, () => {
      db.exec('PRAGMA locking_mode = EXCLUSIVE');
      db.exec('PRAGMA journal_mode = TRUNCATE; PRAGMA locking_mode = NORMAL; PRAGMA synchronous = FULL');
    });
    read(db);
  });
}

const read = (db: DatabaseSync): void => db.exec('SELECT count(*) FROM sqlite_schema');

function opened(path: string, timeoutMs: number, prepare: (db: DatabaseSync) => void): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: timeoutMs });
  try {
    prepare(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function untilFree(timeoutMs: number, work: () => void): void {
  const end = performance.now() + timeoutMs;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (sqliteCodeOf(error) !== 'BUSY' || performance.now() > end) throw error;
      pauseThread(10);
    }
  }
}
