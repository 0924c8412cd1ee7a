// Batches that are tried again: what an attempt has done is known to the next, and has the same names there. So a server with
// a full disk does not get the same large value again and again.
import { ObjectId } from 'mongodb';
import type { PendingWrite } from '../batched/write-batch.ts';
import type { WireName } from '../fields.ts';
import { fieldTable } from '../fields.ts';
import { partKey } from './dictionary.ts';
import type { Part } from './parts.ts';

export interface Batch {
  /** Unlike that of any other batch. */
  readonly id: string;
  /** The name of the part for that field, the same in each attempt. */
  nameOf(msgId: string, field: WireName): string;
  /** An earlier attempt has put it. */
  hasStored(part: Part): boolean;
  stored(part: Part): void;
}

export function createAttempts(): { batchOf(writes: readonly PendingWrite[]): Batch } {
  const batches = new WeakMap<readonly PendingWrite[], Batch>();
  return {
    batchOf(writes) {
      const batch = batches.get(writes) ?? createBatch();
      batches.set(writes, batch);
      return batch;
    },
  };
}

function createBatch(): Batch {
  const id = new ObjectId().toHexString();
  const names = new Map<string, string>();
  const stored = new Set<string>();
  return {
    id,
    nameOf(msgId, field) {
      const key = `${msgId}\0${field}`;
      const name = names.get(key) ?? `${id}-${names.size}`;
      names.set(key, name);
      return name;
    },
    // Texts may have grown otherwise meanwhile.
    hasStored: ({ field, mark }) => fieldTable[field].kind === 'buffers' && stored.has(mark[partKey]),
    stored: ({ mark }) => void stored.add(mark[partKey]),
  };
}
