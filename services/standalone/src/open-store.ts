// The store of a program: it waits for MongoDB however long it takes, and says so.
import { readSecret } from '@muster/config';
import { MusterError } from '@muster/protocol';
import type { TaskStore } from '@muster/task-store';
import type { Logger } from '@muster/telemetry';
import type { Readiness } from './readiness.ts';
import type { StoreValues } from './settings.ts';
import { pause } from './stopping.ts';

export interface OpenStoreOptions {
  readonly values: StoreValues;
  readonly log: Logger;
  readonly readiness: Readiness;
  readonly signal: AbortSignal;
}

const part = 'MongoDB';
const retryMs = 1000;
/** How soon one notices that it is away, or back. */
const lookMs = 2000;

/**
 * Resolves to a store that is open, or undefined when the signal came first. Rejects with MusterError `bad_option` for an
 * address or a name of a database that cannot be.
 */
export async function openStore(options: OpenStoreOptions): Promise<TaskStore | undefined> {
  const { values, log, readiness, signal } = options;
  const uri = addressOf(values);
  const { buildMongoAddress, createMongoTaskStore } = await import('@muster/task-store/mongo');
  const address = buildMongoAddress({ uri, connectionArgs: [], connectionKwargs: {} });
  const database = values.mongodbDatabase || values.clusterId;
  readiness.set(part, 'not connected yet');
  while (!signal.aborted) {
    try {
      const store = await createMongoTaskStore({
        address: { ...address, options: { heartbeatFrequencyMS: lookMs, ...address.options } },
        database,
        recordLimit: values.mongodbRecordLimit,
        sizeLimitBytes: values.mongodbSizeLimitBytes,
        // The hub acknowledges facts when they are stored: until then their publishers keep them.
        giveUpAfterMs: Number.POSITIVE_INFINITY,
        onTrouble: (trouble) => log.warn({ ...trouble, database }, 'task store in trouble'),
        onReachable: (isThere, why) => readiness.set(part, isThere ? undefined : why),
      });
      if (!signal.aborted) return store;
      await store.close();
    } catch (error) {
      if (!(error instanceof MusterError) || error.code === 'bad_option') throw error;
      readiness.set(part, error.message);
      await pause(retryMs, signal);
    }
  }
  return undefined;
}

function addressOf(values: StoreValues): string {
  const uri = readSecret(values.mongodb, values.mongodbFile, 'mongodb-file');
  if (/^mongodb(\+srv)?:\/\/./.test(uri)) return uri;
  // Said without the address: there may be a password in it.
  throw new MusterError('bad_option', 'This is no address of a MongoDB.', 'Give --mongodb=mongodb://HOST:PORT/.');
}
