// The records in MongoDB: documents as §5.5 has them, with an index on msg_id and one on submitted.
import type { Microseconds } from '@muster/protocol';
import type { Collection, Db, Document, MongoClient } from 'mongodb';
import { createAnswerBudget } from '../answer-budget.ts';
import type { TaskBackend } from '../batched/backend.ts';
import type { WireName } from '../fields.ts';
import { isWireName, wireNames } from '../fields.ts';
import type { Found, TaskQuery } from '../port.ts';
import { createProjection, namesWanted } from '../projection.ts';
import { compileQuery } from '../query.ts';
import { readField } from '../read-field.ts';
import { createRecentIds } from '../recent-ids.ts';
import type { StoredRecord } from '../stored-record.ts';
import { recordBytes, unpackRecord } from '../stored-record.ts';
import type { EngineDocument } from './engines.ts';
import { createEngineRegistry } from './engines.ts';
import { compileFilter } from './filter.ts';
import type { CollectionLimits } from './limits.ts';
import { createCulling } from './limits.ts';
import { calling } from './mongo-errors.ts';
import type { Chunk } from './parts.ts';
import { createParts } from './parts.ts';
import { createReader } from './reading.ts';
import { createMongoWriter } from './writing.ts';

export interface MongoBackendOptions extends CollectionLimits {
  readonly collection: string;
  /** Most characters of stdout, and of stderr, kept of one task. */
  readonly textLimitChars: number;
  /** How many expired ids are remembered, to say why a record is missing. */
  readonly expiredIdLimit: number;
  /** Most bytes of records in one answer; a larger record is not kept. */
  readonly answerLimitBytes: number;
}

/** Most ids that one command names. */
const idsAtOnce = 1000;

/** Makes the indexes; rejects with what the driver rejects with. */
export async function openMongoBackend(
  client: MongoClient,
  db: Db,
  options: MongoBackendOptions,
): Promise<TaskBackend> {
  const records = db.collection(options.collection);
  const chunks = db.collection<Chunk>(`${options.collection}.parts`);
  await records.createIndex({ msg_id: 1 }, { unique: true });
  await records.createIndex({ submitted: 1 });
  await chunks.createIndex({ msg_id: 1 });

  const parts = createParts(chunks);
  const reader = createReader(parts);
  const expired = createRecentIds(options.expiredIdLimit);
  const { textLimitChars, answerLimitBytes } = options;
  const largestBytes = Math.min(options.sizeLimitBytes, answerLimitBytes);
  const writer = createMongoWriter(records, parts, reader, expired, { textLimitChars, largestBytes });
  const collections = [records, chunks as unknown as Collection];
  const culling = createCulling({ ...options, db, collections, remove: writer.remove, expired });

  async function find(msgIds: readonly string[]): Promise<Map<string, StoredRecord>> {
    const budget = createAnswerBudget(answerLimitBytes);
    const found = new Map<string, StoredRecord>();
    for (const some of groupsOf(msgIds))
      for await (const document of records.find({ msg_id: { $in: some } })) {
        const record = await reader.record(document, wireNames);
        budget(recordBytes(record));
        found.set(record.msgId, record);
      }
    return found;
  }
  /** Records that match, with the fields of these names, in order of `submitted`, stubs last. */
  async function matching(query: TaskQuery, names: readonly WireName[]): Promise<StoredRecord[]> {
    compileQuery(query);
    const { filter, rest } = compileFilter(query);
    const predicate = compileQuery(rest);
    const tested = Object.keys(rest).filter(isWireName);
    const wanted = [...new Set<WireName>([...names, 'submitted'])];
    const budget = createAnswerBudget(answerLimitBytes);
    const found: StoredRecord[] = [];
    for await (const document of records.find(filter, { projection: projectionOf([...wanted, ...tested]) })) {
      if (tested.length > 0 || Object.keys(rest).length > 0)
        if (!predicate(await reader.record(document, tested), readField)) continue;
      const record = await reader.record(document, wanted);
      budget(recordBytes(record));
      found.push(record);
    }
    return found.sort((a, b) => order(a.submitted) - order(b.submitted));
  }
  async function remove(msgIds: readonly string[]): Promise<void> {
    for (const some of groupsOf(msgIds)) await writer.remove(some);
  }
  async function expire(receivedBefore: Microseconds): Promise<void> {
    const filter = { received: { $lte: new Date(Math.floor(receivedBefore / 1000)) } };
    const msgIds: string[] = [];
    for await (const document of records.find(filter, { projection: projectionOf(['msg_id', 'received']) })) {
      const record = await reader.record(document, ['msg_id', 'received']);
      if (record.received !== null && record.received < receivedBefore) msgIds.push(record.msgId);
    }
    await remove(msgIds);
    for (const msgId of msgIds) expired.add(msgId);
  }
  return {
    apply: (writes) =>
      calling(async () => {
        await writer.apply(writes);
        await culling.written(
          writes.length,
          writes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
        );
      }),
    find: (msgIds) =>
      calling(async () => {
        const found = await find(msgIds);
        return msgIds.map((msgId): Found => {
          const record = found.get(msgId);
          if (record !== undefined) return { record: unpackRecord(record) };
          return { missing: expired.has(msgId) ? 'expired' : 'unknown' };
        });
      }),
    query: (query, keys) =>
      calling(async () => {
        const project = createProjection(keys);
        return (await matching(query, namesWanted(keys))).map(project);
      }),
    history: () =>
      calling(async () => (await matching({ submitted: { $ne: null } }, ['msg_id'])).map(({ msgId }) => msgId)),
    remove: (msgIds) => calling(() => remove(msgIds)),
    removeWhere: (query) => calling(async () => remove((await matching(query, ['msg_id'])).map(({ msgId }) => msgId))),
    expire: (receivedBefore) => calling(() => expire(receivedBefore)),
    ...createEngineRegistry(db.collection<EngineDocument>(`${options.collection}.engines`)),
    close: () => client.close(),
  };
}

/** Stubs come last. */
const order = (submitted: number | null): number => submitted ?? Number.MAX_VALUE;

const projectionOf = (names: readonly WireName[]): Document =>
  Object.fromEntries([['_id', 0], ['microseconds', 1], ...names.map((name) => [name, 1])]);

function* groupsOf(msgIds: readonly string[]): Generator<string[]> {
  for (let i = 0; i < msgIds.length; i += idsAtOnce) yield msgIds.slice(i, i + idsAtOnce);
}
