// Ids of records that a limit has removed, remembered beyond the life of a hub: one document for those that went together.
import type { Collection } from 'mongodb';
import { ObjectId } from 'mongodb';
import { createRecentIds } from '../recent-ids.ts';

export interface ExpiredDocument {
  readonly _id: ObjectId;
  readonly msg_ids: readonly string[];
}

export interface ExpiredIds {
  has(msgId: string): boolean;
  /** To be called before the records are removed, so that a crash between the two makes nothing unknown. */
  add(msgIds: readonly string[]): Promise<void>;
  /** They are there again. Only for this process: who finds a record does not ask whether it has expired. */
  delete(msgId: string): void;
}

/** Remembers at least the last `limit / 2` ids and at most `limit`. */
export async function openExpiredIds(collection: Collection<ExpiredDocument>, limit: number): Promise<ExpiredIds> {
  const recent = createRecentIds(limit);
  /** Youngest last. */
  const kept: { readonly _id: ObjectId; readonly count: number }[] = [];
  let total = 0;

  async function forgetOldest(): Promise<void> {
    while (kept.length > 1 && total - kept[0]!.count >= limit) {
      await collection.deleteOne({ _id: kept[0]!._id });
      total -= kept.shift()!.count;
    }
  }
  const youngestFirst: ExpiredDocument[] = [];
  for await (const document of collection.find().sort({ _id: -1 })) {
    if (total >= limit) {
      await collection.deleteMany({ _id: { $lte: document._id } });
      break;
    }
    youngestFirst.push(document);
    total += document.msg_ids.length;
  }
  for (const { _id, msg_ids: msgIds } of youngestFirst.reverse()) {
    for (const msgId of msgIds) recent.add(msgId);
    kept.push({ _id, count: msgIds.length });
  }
  return {
    has: recent.has,
    delete: recent.delete,
    async add(msgIds) {
      if (msgIds.length === 0) return;
      const document = { _id: new ObjectId(), msg_ids: [...msgIds] };
      await collection.insertOne(document);
      for (const msgId of msgIds) recent.add(msgId);
      kept.push({ _id: document._id, count: msgIds.length });
      total += msgIds.length;
      await forgetOldest();
    },
  };
}
