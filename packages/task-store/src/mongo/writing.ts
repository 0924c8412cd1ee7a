// Batches of writes into the collection. Each batch may be given again after a failure: what it has done already is then
// done again without effect.
import type { AnyBulkWriteOperation, Collection, Document } from 'mongodb';
import type { PendingWrite } from '../batched/write-batch.ts';
import { createTextLimit } from '../text.ts';
import type { Batch } from './attempts.ts';
import { createAttempts } from './attempts.ts';
import { emptyFields, fieldOf, toFields } from './document.ts';
import type { ExpiredIds } from './expired-ids.ts';
import type { Part, Parts } from './parts.ts';
import { createPart } from './parts.ts';
import type { Reader } from './reading.ts';
import type { KnownRecord, Outcome } from './settling.ts';
import { needsReading, settle, settleUnread } from './settling.ts';

export interface WriterOptions {
  /** Most characters of stdout, and of stderr, kept of one task. */
  readonly textLimitChars: number;
  /** A larger write is not stored, and what there was of its record is removed. */
  readonly largestBytes: number;
}

export interface MongoWriter {
  apply(writes: readonly PendingWrite[]): Promise<void>;
  /** Removes records with all that belongs to them. */
  remove(msgIds: readonly string[]): Promise<void>;
}

/** Texts that MongoDB compares, and which therefore are never in parts; nobody has reason to make them long. */
const inlineTexts = ['label', 'engineUuid', 'clientUuid', 'resubmitted'] as const;
const inlineTextChars = 65_536;
const msgIdChars = 4096;

/** Others belong to no record, and are never told to the server: a thousand of them have room in one command. */
export const isMsgId = (msgId: string): boolean => msgId.length <= msgIdChars;

export function createMongoWriter(
  collection: Collection,
  parts: Parts,
  reader: Reader,
  expired: ExpiredIds,
  options: WriterOptions,
): MongoWriter {
  const textLimit = createTextLimit(options.textLimitChars);
  const attempts = createAttempts();

  const isTooLarge = ({ msgId, sizeBytes, fields }: PendingWrite): boolean =>
    sizeBytes > options.largestBytes ||
    !isMsgId(msgId) ||
    inlineTexts.some((member) => (fields[member]?.length ?? 0) > inlineTextChars);

  async function remove(msgIds: readonly string[]): Promise<void> {
    await collection.deleteMany({ msg_id: { $in: [...msgIds] } });
    await parts.removeOf(msgIds);
  }
  /** Records that are known of these; `batchId` tells whose output they have already. */
  async function readKnown(msgIds: readonly string[], batchId: string): Promise<Map<string, KnownRecord>> {
    const known = new Map<string, KnownRecord>();
    if (msgIds.length === 0) return known;
    const projection = { msg_id: 1, stdout: 1, stderr: 1, last_write: 1 };
    for await (const document of collection.find({ msg_id: { $in: [...msgIds] } }, { projection })) {
      const record = await reader.record(document, ['stdout', 'stderr']);
      if (record === undefined) continue;
      const { stdout, stderr } = record;
      known.set(document.msg_id, { stdout, stderr, hasOutput: document.last_write === batchId });
    }
    return known;
  }
  async function settleAll(tasks: ReadonlyMap<string, PendingWrite[]>, batchId: string): Promise<Outcome[]> {
    const toRead = [...tasks].filter(([, writes]) => needsReading(writes)).map(([msgId]) => msgId);
    const known = await readKnown(toRead, batchId);
    return [...tasks].flatMap(([msgId, writes]) => {
      if (!needsReading(writes)) return settleUnread(writes[0]!);
      return settle(writes, known.get(msgId), expired.has(msgId), textLimit) ?? [];
    });
  }
  async function write(outcomes: readonly Outcome[], batch: Batch): Promise<void> {
    const large: Part[] = [];
    const operations = outcomes.flatMap((outcome) => toOperation(outcome, batch, large) ?? []);
    for (const part of large)
      if (!batch.hasStored(part)) {
        await parts.put(part);
        batch.stored(part);
      }
    if (operations.length > 0) await collection.bulkWrite(operations, { ordered: false });
    const fields = new Map(outcomes.map(({ msgId, fields }) => [msgId, new Set(Object.keys(fields).map(fieldOf))]));
    await parts.removeStale(fields, large);
  }
  return {
    remove,
    async apply(writes) {
      const batch = attempts.batchOf(writes);
      const tasks = Map.groupBy(writes, ({ msgId }) => msgId);
      const tooLarge = [...tasks.keys()].filter((msgId) => tasks.get(msgId)!.some(isTooLarge));
      for (const msgId of tooLarge) tasks.delete(msgId);
      const outcomes = await settleAll(tasks, batch.id);
      await write(outcomes, batch);
      for (const { msgId, creates } of outcomes) if (creates) expired.delete(msgId);
      const removed = tooLarge.filter(isMsgId);
      if (removed.length === 0) return;
      await expired.add(removed);
      await remove(removed);
    },
  };
}

function toOperation(outcome: Outcome, batch: Batch, large: Part[]): AnyBulkWriteOperation | undefined {
  const { msgId, fields, creates, addsOutput } = outcome;
  const set: Document = toFields(fields, (value) => {
    const part = createPart(batch.nameOf(msgId, value.field), msgId, value);
    large.push(part);
    return part.mark;
  });
  if (addsOutput) set.last_write = batch.id;
  const update: Document = {};
  if (Object.keys(set).length > 0) update.$set = set;
  if (creates) update.$setOnInsert = emptyFields(msgId, set);
  if (Object.keys(update).length === 0) return undefined;
  return { updateOne: { filter: { msg_id: msgId }, update, upsert: creates } };
}
