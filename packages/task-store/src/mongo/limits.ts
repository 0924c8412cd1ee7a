// Keeps the collection within its limits: now and then, for MongoDB has to be asked how much there is.
import type { Collection, Db } from 'mongodb';
import type { RecentIds } from '../recent-ids.ts';

export interface CollectionLimits {
  /** Most records kept. */
  readonly recordLimit: number;
  /** Most bytes of documents, parts included. */
  readonly sizeLimitBytes: number;
  /** The part of a limit that is freed when it is passed, 0 to 1. */
  readonly cullFraction: number;
}

export interface Culling {
  /** To be called after so many writes of so many bytes; culls the oldest when a limit is passed. */
  written(writes: number, sizeBytes: number): Promise<void>;
}

export interface CullingOptions extends CollectionLimits {
  readonly db: Db;
  readonly collections: readonly Collection[];
  /** Removes records with all that belongs to them. */
  readonly remove: (msgIds: readonly string[]) => Promise<void>;
  readonly expired: RecentIds;
}

/** How far a limit may be passed before it is noticed: a hundredth. */
const notice = 0.01;
/** Most records removed in one go. */
const most = 1000;

export function createCulling(options: CullingOptions): Culling {
  const { db, collections, remove, expired, recordLimit, sizeLimitBytes, cullFraction } = options;
  const records = collections[0]!;
  let writesLeft = 0;
  let bytesLeft = 0;

  async function usedBytes(): Promise<number> {
    const sizes = collections.map(async (collection) => {
      const stats = await db.command({ collStats: collection.collectionName });
      return Number(stats.size ?? 0);
    });
    return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  }
  /** Stubs first, whose `submitted` is null and sorts first, then by age. Gives how many there were. */
  async function cullOldest(count: number): Promise<number> {
    let gone = 0;
    while (gone < count) {
      const oldest = await records
        .find({}, { projection: { _id: 0, msg_id: 1 } })
        .sort({ submitted: 1 })
        .limit(Math.min(most, count - gone))
        .toArray();
      if (oldest.length === 0) break;
      const msgIds = oldest.map((document) => String(document.msg_id));
      await remove(msgIds);
      for (const msgId of msgIds) expired.add(msgId);
      gone += msgIds.length;
    }
    return gone;
  }
  async function keepRecordLimit(): Promise<void> {
    const count = await records.estimatedDocumentCount();
    if (count > recordLimit) await cullOldest(count - Math.floor(recordLimit * (1 - cullFraction)));
  }
  async function keepSizeLimit(): Promise<void> {
    if ((await usedBytes()) <= sizeLimitBytes) return;
    while ((await usedBytes()) > sizeLimitBytes * (1 - cullFraction)) {
      const step = Math.max(1, Math.ceil((await records.estimatedDocumentCount()) * notice));
      if ((await cullOldest(step)) === 0) return;
    }
  }
  return {
    async written(writes, sizeBytes) {
      writesLeft -= writes;
      bytesLeft -= sizeBytes;
      if (writesLeft > 0 && bytesLeft > 0) return;
      await keepRecordLimit();
      await keepSizeLimit();
      writesLeft = recordLimit * notice;
      bytesLeft = sizeLimitBytes * notice;
    },
  };
}
