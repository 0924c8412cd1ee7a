// Records expire by age, and what belongs to no record goes with them.
import type { Microseconds } from '@muster/protocol';
import type { Collection, Document } from 'mongodb';
import { readMoment } from './document.ts';
import type { ExpiredIds } from './expired-ids.ts';
import type { Chunk } from './parts.ts';

export interface ExpiryOptions {
  readonly records: Collection;
  readonly chunks: Collection<Chunk>;
  readonly expired: ExpiredIds;
  /** Removes records with all that belongs to them. */
  readonly remove: (msgIds: readonly string[]) => Promise<void>;
}

/** Most records in one go. */
const batchCount = 1000;
/** A run ends after this; what is left then is for the next. */
const longestMs = 20_000;
/** A chunk is older than this when it has no record because it never will. */
const writingMs = 3_600_000;

function isDue(document: Document, receivedBefore: Microseconds): boolean {
  const received = readMoment(document, 'received');
  return received !== null && received < receivedBefore;
}

/** Removes what came before that moment, to the microsecond. */
export function createExpiry({ records, chunks, expired, remove }: ExpiryOptions) {
  async function expireRecords(receivedBefore: Microseconds, endMs: number): Promise<void> {
    const filter = { received: { $lte: new Date(Math.floor(receivedBefore / 1000)) } };
    const projection = { _id: 0, msg_id: 1, received: 1, 'microseconds.received': 1 };
    let due: string[] = [];
    const take = async (): Promise<void> => {
      await expired.add(due);
      await remove(due);
      due = [];
    };
    for await (const document of records.find(filter, { projection }).batchSize(batchCount)) {
      if (isDue(document, receivedBefore)) due.push(String(document.msg_id));
      if (due.length >= batchCount) await take();
      if (performance.now() > endMs) break;
    }
    if (due.length > 0) await take();
  }
  /** Chunks that a hub has written for a record which it did not come to write. */
  async function removeOrphans(receivedBefore: Microseconds, endMs: number): Promise<void> {
    const beforeMs = Math.min(receivedBefore / 1000, Date.now() - writingMs);
    const seconds = Math.max(0, Math.floor(beforeMs / 1000));
    // Parts are named by an ObjectId, which begins with its second.
    const old = { _id: { $lt: seconds.toString(16).padStart(8, '0') } };
    let last = '';
    while (performance.now() < endMs) {
      const some = await chunks
        .find({ _id: { ...old._id, $gt: last } }, { projection: { msg_id: 1 } })
        .sort({ _id: 1 })
        .limit(batchCount)
        .toArray();
      if (some.length === 0) return;
      last = some.at(-1)!._id;
      const msgIds = [...new Set(some.map((chunk) => chunk.msg_id))];
      const there = await records.distinct('msg_id', { msg_id: { $in: msgIds } });
      const orphans = some.filter((chunk) => !there.includes(chunk.msg_id)).map(({ _id }) => _id);
      if (orphans.length > 0) await chunks.deleteMany({ _id: { $in: orphans } });
    }
  }
  return async (receivedBefore: Microseconds): Promise<void> => {
    const endMs = performance.now() + longestMs;
    await expireRecords(receivedBefore, endMs);
    await removeOrphans(receivedBefore, endMs);
  };
}
