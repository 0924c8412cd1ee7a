import { MusterError } from '@muster/protocol';
import type { MongoClient } from 'mongodb';
import type { BatchedStoreOptions } from '../batched/batched-store.ts';
import { createBatchedStore } from '../batched/batched-store.ts';
import { createWriteBatch } from '../batched/write-batch.ts';
import type { TaskStore } from '../port.ts';
import type { MongoAddress } from './address.ts';
import { secretsOf } from './address.ts';
import type { MongoBackendOptions } from './backend.ts';
import { openMongoBackend } from './backend.ts';
import { createMongoClient, inTime, watchReach } from './connecting.ts';
import { checkDatabaseName } from './database-name.ts';
import { unusable } from './open-errors.ts';

export interface MongoTaskStoreOptions extends Partial<MongoBackendOptions>, BatchedStoreOptions {
  readonly address: MongoAddress;
  readonly database: string;
  /** How long opening may take in all. Default 30,000. */
  readonly openWithinMs?: number;
  /**
   * Is told when no server takes writes any more, and when one does again; for the first time when the store is open. How
   * soon depends on the driver's `heartbeatFrequencyMS`, unless somebody asks or writes.
   */
  readonly onReachable?: (isThere: boolean, why: string) => void;
}

export const mongoDefaults: MongoBackendOptions = {
  collection: 'task_records',
  clusterId: '',
  recordLimit: 1_000_000,
  sizeLimitBytes: 16 * 2 ** 30,
  cullFraction: 0.1,
  textLimitChars: 4 * 2 ** 20,
  expiredIdLimit: 65_536,
  answerLimitBytes: 2 ** 30,
  indexWaitMs: 5000,
};

/**
 * Keeps records in a collection of MongoDB, as Python's ipyparallel does (§5.5). Rejects with MusterError
 * `store_unusable`, or `bad_option` for a name or an option that cannot be.
 */
export async function createMongoTaskStore(options: MongoTaskStoreOptions): Promise<TaskStore> {
  const { address, database, openWithinMs = 30_000, onReachable } = options;
  checkDatabaseName(database);
  let client: MongoClient | undefined;
  try {
    client = createMongoClient(address);
    const store = await inTime(openWithinMs, open(client, options), () => tooSlow(openWithinMs));
    if (onReachable !== undefined) watchReach(client, onReachable);
    return store;
  } catch (error) {
    // Not waited for: what hangs on the wire hangs here too.
    void client?.close().catch(() => {});
    throw unusable(error as Error, secretsOf(address));
  }
}

async function open(client: MongoClient, options: MongoTaskStoreOptions): Promise<TaskStore> {
  await client.connect();
  const close = (): Promise<void> => client.close();
  const db = client.db(options.database);
  const backend = await openMongoBackend(db, { ...mongoDefaults, ...options }, close, options.onTrouble);
  return createBatchedStore('mongodb', backend, createWriteBatch(), options);
}

const tooSlow = (withinMs: number): MusterError =>
  new MusterError(
    'store_unusable',
    `The task database cannot be opened: MongoDB does not answer within ${withinMs / 1000} s.`,
    'See what keeps the server busy, or use another store: --sqlitedb.',
  );
