// Indexes of the collections. Without them all is right, but slow: so a server that is still making them, or a user who may
// not, is no reason to do without the database.
import type { Collection, CreateIndexesOptions, IndexSpecification } from 'mongodb';
import { MongoServerError } from 'mongodb';

export interface IndexOptions {
  /** How long to wait for them; those that take longer are made while the store works. */
  readonly indexWaitMs: number;
  /** One could not be made. */
  readonly onMissing: (index: string, why: string) => void;
}

type Index = readonly [Collection, IndexSpecification, CreateIndexesOptions?];

export function indexesOf(records: Collection, chunks: Collection): readonly Index[] {
  return [
    [records, { msg_id: 1 }, { unique: true }],
    [chunks, { msg_id: 1 }],
    // For histories and for the oldest.
    [records, { submitted: 1 }],
    // For results that expire.
    [records, { received: 1 }],
    // For hubs and schedulers that start and ask what is unfinished, and what was resubmitted.
    [records, { completed: 1, queue: 1 }],
    [records, { resubmitted: 1 }],
  ];
}

/** Rejects with what the driver rejects with when the database cannot be used at all. */
export async function createIndexes(indexes: readonly Index[], options: IndexOptions): Promise<void> {
  const { indexWaitMs, onMissing } = options;
  let inBackground = false;
  async function createAll(): Promise<void> {
    for (const index of indexes) {
      try {
        await create(index);
      } catch (error) {
        if (!inBackground && !isBearable(error)) throw error;
        onMissing(Object.keys(index[1]).join(', '), (error as Error).message);
      }
    }
  }
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((done) => {
    timer = setTimeout(done, indexWaitMs);
  });
  await Promise.race([createAll(), enough]);
  inBackground = true;
  clearTimeout(timer);
}

async function create([collection, keys, options]: Index): Promise<void> {
  try {
    await collection.createIndex(keys, options);
  } catch (error) {
    const code = error instanceof MongoServerError ? error.code : undefined;
    // One of these keys is there, made otherwise by others: it serves.
    if (code === codes.optionsConflict || code === codes.keysConflict) return;
    // Others have put in two records of one task: at least these can be found.
    if (code === codes.duplicateKey) await collection.createIndex(keys);
    throw error;
  }
}

const codes = { unauthorized: 13, cannotCreate: 67, optionsConflict: 85, keysConflict: 86, duplicateKey: 11_000 };
const bearable = new Set<unknown>([codes.unauthorized, codes.cannotCreate, codes.duplicateKey]);

const isBearable = (error: unknown): boolean =>
  error instanceof MongoServerError && bearable.has(error.code) && !/requires authentication/.test(error.message);
