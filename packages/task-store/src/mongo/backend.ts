// The records in MongoDB: documents as §5.5 has them, in one collection, and what belongs to them in collections beside it.
import type { Collection, Db } from 'mongodb';
import type { TaskBackend } from '../batched/backend.ts';
import type { StoreTrouble } from '../batched/batched-store.ts';
import type { Found } from '../port.ts';
import { createProjection, namesWanted } from '../projection.ts';
import { unpackRecord } from '../stored-record.ts';
import type { EngineDocument } from './engines.ts';
import { createEngineRegistry } from './engines.ts';
import type { ExpiredDocument } from './expired-ids.ts';
import { openExpiredIds } from './expired-ids.ts';
import { createExpiry } from './expiry.ts';
import { createIndexes, indexesOf } from './indexes.ts';
import type { CollectionLimits } from './limits.ts';
import { createCulling } from './limits.ts';
import { calling } from './mongo-errors.ts';
import type { Chunk } from './parts.ts';
import { createParts } from './parts.ts';
import { createQuestions, groupsOf } from './questions.ts';
import { createReader } from './reading.ts';
import { createMongoWriter, isMsgId } from './writing.ts';

export interface MongoBackendOptions extends CollectionLimits {
  readonly collection: string;
  /** Of the hub's cluster: several in one database have engines of their own, though they share the records. */
  readonly clusterId: string;
  /** Most characters of stdout, and of stderr, kept of one task. */
  readonly textLimitChars: number;
  /** How many expired ids are remembered, to say why a record is missing. */
  readonly expiredIdLimit: number;
  /** Most bytes of records in one answer; a larger record is not kept. */
  readonly answerLimitBytes: number;
  /** How long opening waits for indexes; those that take longer are made while the store works. */
  readonly indexWaitMs: number;
}

type OnTrouble = (trouble: StoreTrouble) => void;

/** `close`: ends the connection. Rejects with what the driver rejects with. */
export async function openMongoBackend(
  db: Db,
  options: MongoBackendOptions,
  close: () => Promise<void>,
  onTrouble: OnTrouble = () => {},
): Promise<TaskBackend> {
  const { collection, textLimitChars, answerLimitBytes, indexWaitMs } = options;
  const records = db.collection(collection);
  const chunks = db.collection<Chunk>(`${collection}.parts`);
  await mustTakeWrites(records);
  await createIndexes(indexesOf(records, chunks as unknown as Collection), {
    indexWaitMs,
    onMissing: (index, why) => onTrouble({ what: 'an index is missing', writes: 0, why: `${index}: ${why}` }),
  });
  const expiredIds = db.collection<ExpiredDocument>(`${collection}.expired`);
  const expired = await openExpiredIds(expiredIds, options.expiredIdLimit);

  const parts = createParts(chunks);
  const reader = createReader(records, parts);
  const largestBytes = Math.min(options.sizeLimitBytes, answerLimitBytes);
  const writer = createMongoWriter(records, parts, reader, expired, { textLimitChars, largestBytes });
  const remove = writer.remove;
  const collections = [records, chunks as unknown as Collection];
  const culling = tolerant(createCulling({ ...options, db, collections, remove, expired }).written, onTrouble);
  const expire = createExpiry({ records, chunks, expired, remove });
  const questions = createQuestions(records, reader, answerLimitBytes);

  async function removeAll(msgIds: readonly string[]): Promise<void> {
    for (const some of groupsOf(msgIds.filter(isMsgId))) await remove(some);
  }
  return {
    apply: (writes) =>
      calling(async () => {
        await writer.apply(writes);
        await culling(
          writes.length,
          writes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
        );
      }),
    find: (msgIds) =>
      calling(async () => {
        const found = await questions.find(msgIds);
        return msgIds.map((msgId): Found => {
          const record = found.get(msgId);
          if (record !== undefined) return { record: unpackRecord(record) };
          return { missing: expired.has(msgId) ? 'expired' : 'unknown' };
        });
      }),
    query: (query, keys) =>
      calling(async () => {
        const project = createProjection(keys);
        return (await questions.matching(query, namesWanted(keys))).map(project);
      }),
    history: () => calling(questions.history),
    remove: (msgIds) => calling(() => removeAll(msgIds)),
    removeWhere: (query) =>
      calling(async () => removeAll((await questions.matching(query, ['msg_id'])).map(({ msgId }) => msgId))),
    expire: (receivedBefore) => calling(() => expire(receivedBefore)),
    ...createEngineRegistry(db.collection<EngineDocument>(engineCollection(options))),
    close,
  };
}

const engineCollection = ({ collection, clusterId }: MongoBackendOptions): string =>
  `${collection}.engines${clusterId === '' ? '' : `.${encodeURIComponent(clusterId)}`}`;

/** Changes nothing, but is refused where changes are. */
async function mustTakeWrites(records: Collection): Promise<void> {
  const nobody = { msg_id: { $in: [] } };
  await records.updateOne(nobody, { $set: { stdout: '' } });
  await records.deleteMany(nobody);
}

/** Records that could not be counted or removed are no reason to write again what is written: it is tried at the next. */
function tolerant(keepLimits: (writes: number, sizeBytes: number) => Promise<void>, onTrouble: OnTrouble) {
  let told = '';
  return async (writes: number, sizeBytes: number): Promise<void> => {
    try {
      await keepLimits(writes, sizeBytes);
      told = '';
    } catch (error) {
      const why = (error as Error).message;
      if (told !== why) onTrouble({ what: 'limits are not kept', writes: 0, why });
      told = why;
    }
  };
}
