import { compareAge, createByAge } from './by-age.ts';
import { wireNames } from './fields.ts';
import type { Entry, Packing } from './memory/entry.ts';
import {
  clearEntry,
  createEntry,
  momentsOf,
  moveEntry,
  patchEntry,
  readEntry,
  releaseEntry,
  submittedOf,
  toRecord,
} from './memory/entry.ts';
import { createSharing } from './memory/sharing.ts';
import { createSlabs } from './memory/slabs.ts';
import type { Found, TaskQuery, TaskStore } from './port.ts';
import { noEngineRegistry } from './port.ts';
import { createProjection, namesWanted } from './projection.ts';
import { compileQuery, idsOf } from './query.ts';
import { createRecentIds } from './recent-ids.ts';
import { unpackRecord } from './stored-record.ts';
import { createTextLimit } from './text.ts';

export interface MemoryTaskStoreOptions {
  /** Most records kept. Default 1024. */
  readonly recordLimit: number;
  /** Most bytes of dictionaries, buffers and texts kept in all. Default 1 GiB. */
  readonly sizeLimitBytes: number;
  /** The part of a limit that is freed when it is passed, 0 to 1. Default 0.1. */
  readonly cullFraction: number;
  /** Most characters of stdout, and of stderr, kept of one task. Default 4 Mi. */
  readonly textLimitChars: number;
  /** How many expired ids are remembered, to say why a record is missing. Default 65,536. */
  readonly expiredIdLimit: number;
}

export const memoryTaskStoreDefaults: MemoryTaskStoreOptions = {
  recordLimit: 1024,
  sizeLimitBytes: 2 ** 30,
  cullFraction: 0.1,
  textLimitChars: 4 * 2 ** 20,
  expiredIdLimit: 65_536,
};

/** Uuids of engines and clients that are held once; beyond, all are held anew. */
const sharedTextLimit = 10_000;
/** Slabs may hold as much again as records do, and that much more. */
const slackBytes = 2 ** 20;

/** Keeps records in memory and drops the oldest when there are too many (§5.5): stubs first, then by `submitted`. */
export function createMemoryTaskStore(options: Partial<MemoryTaskStoreOptions> = {}): TaskStore {
  const { recordLimit, sizeLimitBytes, cullFraction, textLimitChars, expiredIdLimit } = {
    ...memoryTaskStoreDefaults,
    ...options,
  };
  const entries = new Map<string, Entry>();
  const expired = createRecentIds(expiredIdLimit);
  const slabs = createSlabs();
  const packing: Packing = { slabs, textLimit: createTextLimit(textLimitChars), share: createSharing(sharedTextLimit) };
  const byAge = createByAge<Entry>(
    (entry) => entries.get(entry.msgId) === entry,
    () => entries.size,
  );
  let placed = 0;
  let sizeBytes = 0;

  /** A new entry, or one that takes the place of another in the order of age. */
  function place(entry: Entry): Entry {
    entries.set(entry.msgId, entry);
    byAge.place(entry);
    return entry;
  }
  function create(msgId: string, submitted: number): Entry {
    expired.delete(msgId);
    return place(createEntry(msgId, submitted, placed++));
  }
  function drop(msgId: string): void {
    const entry = entries.get(msgId);
    if (entry === undefined) return;
    sizeBytes -= entry.sizeBytes;
    entries.delete(msgId);
    releaseEntry(entry, slabs);
  }
  function cull(msgId: string | undefined): boolean {
    if (msgId === undefined) return false;
    drop(msgId);
    expired.add(msgId);
    return true;
  }
  const cullOldest = (): boolean => cull(byAge.takeOldest()?.msgId);

  function keepLimits(touched: Entry): void {
    // What is too large by itself would push everybody else out first, and then go too.
    if (touched.sizeBytes > sizeLimitBytes) cull(touched.msgId);
    if (entries.size > recordLimit) {
      const target = Math.min(recordLimit, entries.size - Math.floor(cullFraction * recordLimit));
      while (entries.size > target && cullOldest());
    }
    if (sizeBytes > sizeLimitBytes) while (sizeBytes > sizeLimitBytes * (1 - cullFraction) && cullOldest());
    // A few records that stay may hold slabs in which nothing else is left.
    if (slabs.sizeBytes > 2 * sizeBytes + slackBytes) for (const entry of entries.values()) moveEntry(entry, slabs);
  }
  function matching(query: TaskQuery): Entry[] {
    const predicate = compileQuery(query);
    const ids = idsOf(query);
    const candidates = ids === undefined ? entries.values() : ids.map((id) => entries.get(id));
    const found: Entry[] = [];
    for (const entry of candidates) if (entry !== undefined && predicate(entry, readEntry)) found.push(entry);
    return found;
  }
  const inOrder = (found: Entry[]): Entry[] =>
    found.sort((a, b) => {
      const stubs = Number(submittedOf(a) === null) - Number(submittedOf(b) === null);
      return stubs === 0 ? compareAge(a, b) : stubs;
    });

  return {
    name: 'memory',
    put(msgId, patch, whenMissing) {
      const known = entries.get(msgId);
      if (known === undefined && (whenMissing === 'ignore' || (whenMissing === 'stub' && expired.has(msgId)))) return;
      const submitted =
        (patch.submitted === undefined ? known?.submitted : patch.submitted) ?? Number.NEGATIVE_INFINITY;
      let entry = known ?? create(msgId, submitted);
      if (entry.submitted !== submitted) {
        entry = place({ ...entry, submitted, order: placed++ });
        if (known !== undefined) clearEntry(known);
      }
      sizeBytes -= entry.sizeBytes;
      patchEntry(entry, patch, packing);
      sizeBytes += entry.sizeBytes;
      keepLimits(entry);
    },
    find: (msgIds) =>
      msgIds.map((msgId): Found => {
        const entry = entries.get(msgId);
        if (entry !== undefined) return { record: unpackRecord(toRecord(entry, wireNames)) };
        return { missing: expired.has(msgId) ? 'expired' : 'unknown' };
      }),
    query(query, keys) {
      const project = createProjection(keys);
      const names = namesWanted(keys);
      return inOrder(matching(query)).map((entry) => project(toRecord(entry, names)));
    },
    history: () =>
      inOrder([...entries.values()].filter((entry) => submittedOf(entry) !== null)).map(({ msgId }) => msgId),
    remove(msgIds) {
      for (const msgId of msgIds) drop(msgId);
    },
    removeWhere(query) {
      for (const { msgId } of matching(query)) drop(msgId);
    },
    expire(receivedBefore) {
      for (const entry of entries.values()) {
        const { received } = momentsOf(entry);
        if (received !== null && received < receivedBefore) cull(entry.msgId);
      }
    },
    settled() {},
    engines: noEngineRegistry,
    close() {
      entries.clear();
      sizeBytes = 0;
    },
  };
}
