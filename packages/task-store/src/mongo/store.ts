import { MusterError } from '@muster/protocol';
import { MongoClient, MongoNetworkError, MongoServerError, MongoServerSelectionError } from 'mongodb';
import type { BatchedStoreOptions } from '../batched/batched-store.ts';
import { createBatchedStore } from '../batched/batched-store.ts';
import type { TaskStore } from '../port.ts';
import type { MongoAddress } from './address.ts';
import type { MongoBackendOptions } from './backend.ts';
import { openMongoBackend } from './backend.ts';

export interface MongoTaskStoreOptions extends Partial<MongoBackendOptions>, BatchedStoreOptions {
  readonly address: MongoAddress;
  readonly database: string;
  /**
   * Is told when no server takes writes any more, and when one does again; for the first time when the store is open. How
   * soon depends on the driver's `heartbeatFrequencyMS`, unless somebody asks or writes.
   */
  readonly onReachable?: (isThere: boolean, why: string) => void;
}

export const mongoDefaults: MongoBackendOptions = {
  collection: 'task_records',
  recordLimit: 1_000_000,
  sizeLimitBytes: 16 * 2 ** 30,
  cullFraction: 0.1,
  textLimitChars: 4 * 2 ** 20,
  expiredIdLimit: 65_536,
  answerLimitBytes: 2 ** 30,
};

/** What the address may say otherwise: nobody shall wait for ever for a server that is away or hangs. */
const connecting = {
  appName: 'muster',
  serverSelectionTimeoutMS: 5000,
  connectTimeoutMS: 5000,
  socketTimeoutMS: 60_000,
};

/**
 * Keeps records in a collection of MongoDB, as Python's ipyparallel does (§5.5). Rejects with MusterError
 * `store_unusable`.
 */
export async function createMongoTaskStore(options: MongoTaskStoreOptions): Promise<TaskStore> {
  const { address, database } = options;
  let client: MongoClient | undefined;
  try {
    client = new MongoClient(address.url, { ...connecting, ...address.options, promoteBuffers: true });
    await client.connect();
    const backend = await openMongoBackend(client, client.db(database), { ...mongoDefaults, ...options });
    if (options.onReachable !== undefined) watchReach(client, options.onReachable);
    return createBatchedStore('mongodb', backend, options);
  } catch (error) {
    await client?.close();
    throw unusable(error as Error);
  }
}

function watchReach(client: MongoClient, tell: (isThere: boolean, why: string) => void): void {
  tell(true, '');
  client.on('topologyDescriptionChanged', ({ newDescription }) => {
    const servers = [...newDescription.servers.values()];
    // It is empty when the client is closed by us.
    if (servers.length === 0) return;
    const fault = servers.find(({ error }) => error)?.error;
    tell(
      servers.some(({ isWritable }) => isWritable),
      fault?.message ?? 'no server takes writes',
    );
  });
}

function unusable(error: Error): MusterError {
  const what = `The task database cannot be opened: ${error.message}`;
  if (error instanceof MongoServerError) return new MusterError('store_unusable', what, remedies.rights);
  const isAway = error instanceof MongoNetworkError || error instanceof MongoServerSelectionError;
  return new MusterError('store_unusable', what, isAway ? remedies.away : remedies.address);
}

const remedies = {
  address: 'Check MONGODB_URI, --MongoDB.connection_args and --MongoDB.connection_kwargs.',
  rights: 'Check the user and password, and that this user may make collections and indexes in the database.',
  away: 'Start the server, or say where it is: MONGODB_URI=mongodb://HOST:PORT/, or --MongoDB.connection_args.',
};
