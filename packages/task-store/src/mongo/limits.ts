// Keeps the collection within its limits: now and then, for MongoDB has to be asked how much there is; and a little at a
// time, for writes wait meanwhile.
import type { Collection, Db } from 'mongodb';
import type { ExpiredIds } from './expired-ids.ts';

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
  readonly expired: ExpiredIds;
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
    const oldest = await records
      .find({}, { projection: { _id: 0, msg_id: 1 } })
      .sort({ submitted: 1 })
      .limit(Math.min(most, count))
      .toArray();
    const msgIds = oldest.map((document) => String(document.msg_id));
    await expired.add(msgIds);
    await remove(msgIds);
    return msgIds.length;
  }
  /** What is to be freed, now and in later calls. */
  let surplusRecords = 0;
  let surplusBytes = 0;

  async function keepRecordLimit(allowed: number): Promise<void> {
    const count = await records.estimatedDocumentCount();
    if (count > recordLimit) surplusRecords = count - Math.floor(recordLimit * (1 - cullFraction));
    for (let gone = 0; gone < allowed && surplusRecords > 0; ) {
      const culled = await cullOldest(surplusRecords);
      surplusRecords = culled === 0 ? 0 : surplusRecords - culled;
      gone += culled;
    }
  }
  async function keepSizeLimit(allowed: number): Promise<void> {
    let used = await usedBytes();
    if (used > sizeLimitBytes) surplusBytes = 1;
    for (let gone = 0; gone < allowed && surplusBytes > 0; ) {
      surplusBytes = Math.max(0, used - sizeLimitBytes * (1 - cullFraction));
      if (surplusBytes === 0) return;
      const count = await records.estimatedDocumentCount();
      // As many as are probably needed, but for large ones that are not among the oldest.
      const culled = await cullOldest(Math.max(1, Math.floor((count * surplusBytes) / used / 2)));
      if (culled === 0) surplusBytes = 0;
      gone += culled;
      used = await usedBytes();
    }
  }
  return {
    async written(writes, sizeBytes) {
      writesLeft -= writes;
      bytesLeft -= sizeBytes;
      if (writesLeft > 0 && bytesLeft > 0) return;
      // More than come, or it would never end.
      const allowed = Math.max(most, 2 * writes);
      await keepRecordLimit(allowed);
      await keepSizeLimit(allowed);
      if (surplusRecords > 0 || surplusBytes > 0) return;
      writesLeft = recordLimit * notice;
      bytesLeft = sizeLimitBytes * notice;
    },
  };
}
