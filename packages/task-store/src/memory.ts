import type { AgeEntry } from './by-age.ts';
import { compareAge, createByAge } from './by-age.ts';
import type { Found, TaskQuery, TaskStore } from './port.ts';
import { noEngineRegistry } from './port.ts';
import { createProjection } from './projection.ts';
import { compileQuery, idsOf } from './query.ts';
import { readField } from './read-field.ts';
import { createRecentIds } from './recent-ids.ts';
import type { StoredRecord } from './stored-record.ts';
import { applyPatch, emptyRecord, unpackRecord } from './stored-record.ts';
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

interface Entry {
  readonly record: StoredRecord;
  sizeBytes: number;
  age: AgeEntry;
}

/** Keeps records in memory and drops the oldest when there are too many (§5.5): stubs first, then by `submitted`. */
export function createMemoryTaskStore(options: Partial<MemoryTaskStoreOptions> = {}): TaskStore {
  const { recordLimit, sizeLimitBytes, cullFraction, textLimitChars, expiredIdLimit } = {
    ...memoryTaskStoreDefaults,
    ...options,
  };
  const entries = new Map<string, Entry>();
  const expired = createRecentIds(expiredIdLimit);
  const textLimit = createTextLimit(textLimitChars);
  const byAge = createByAge(
    (age) => entries.get(age.msgId)?.age === age,
    () => entries.size,
  );
  let sizeBytes = 0;

  function create(msgId: string): Entry {
    const entry: Entry = { record: emptyRecord(msgId), sizeBytes: 0, age: byAge.place(msgId, null) };
    entries.set(msgId, entry);
    expired.delete(msgId);
    return entry;
  }
  function drop(msgId: string): void {
    const entry = entries.get(msgId);
    if (entry === undefined) return;
    sizeBytes -= entry.sizeBytes;
    entries.delete(msgId);
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
    if (touched.sizeBytes > sizeLimitBytes) cull(touched.record.msgId);
    if (entries.size > recordLimit) {
      const target = Math.min(recordLimit, entries.size - Math.floor(cullFraction * recordLimit));
      while (entries.size > target && cullOldest());
    }
    if (sizeBytes > sizeLimitBytes) while (sizeBytes > sizeLimitBytes * (1 - cullFraction) && cullOldest());
  }
  function matching(query: TaskQuery): Entry[] {
    const predicate = compileQuery(query);
    const ids = idsOf(query);
    const candidates = ids === undefined ? entries.values() : ids.map((id) => entries.get(id));
    const found: Entry[] = [];
    for (const entry of candidates) if (entry !== undefined && predicate(entry.record, readField)) found.push(entry);
    return found;
  }
  const inOrder = (found: Entry[]): Entry[] =>
    found.sort((a, b) => {
      const stubs = Number(a.record.submitted === null) - Number(b.record.submitted === null);
      return stubs === 0 ? compareAge(a.age, b.age) : stubs;
    });

  return {
    name: 'memory',
    put(msgId, patch, whenMissing) {
      const known = entries.get(msgId);
      if (known === undefined && (whenMissing === 'ignore' || (whenMissing === 'stub' && expired.has(msgId)))) return;
      const entry = known ?? create(msgId);
      const grown = applyPatch(entry.record, patch, textLimit);
      entry.sizeBytes += grown;
      sizeBytes += grown;
      if ((entry.record.submitted ?? Number.NEGATIVE_INFINITY) !== entry.age.submitted)
        entry.age = byAge.place(msgId, entry.record.submitted);
      keepLimits(entry);
    },
    find: (msgIds) =>
      msgIds.map((msgId): Found => {
        const entry = entries.get(msgId);
        if (entry !== undefined) return { record: unpackRecord(entry.record) };
        return { missing: expired.has(msgId) ? 'expired' : 'unknown' };
      }),
    query(query, keys) {
      const project = createProjection(keys);
      return inOrder(matching(query)).map((entry) => project(entry.record));
    },
    history: () =>
      inOrder([...entries.values()].filter((entry) => entry.record.submitted !== null)).map(
        (entry) => entry.record.msgId,
      ),
    remove(msgIds) {
      for (const msgId of msgIds) drop(msgId);
    },
    removeWhere(query) {
      for (const entry of matching(query)) drop(entry.record.msgId);
    },
    expire(receivedBefore) {
      for (const { record } of entries.values())
        if (record.received !== null && record.received < receivedBefore) cull(record.msgId);
    },
    settled() {},
    engines: noEngineRegistry,
    close() {
      entries.clear();
      sizeBytes = 0;
    },
  };
}
