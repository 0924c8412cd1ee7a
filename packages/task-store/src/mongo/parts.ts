// Large values of records, in chunks beside the records: a document has 16 MiB at most (§5.5).
import type { Collection } from 'mongodb';
import { partKey } from './dictionary.ts';
import type { LargeValue, PartMark } from './document.ts';

export interface Chunk {
  /** `PART/NUMBER`. */
  readonly _id: string;
  readonly msg_id: string;
  readonly field: string;
  readonly part: string;
  readonly data: Uint8Array;
}

export interface Part extends LargeValue {
  readonly msgId: string;
  readonly mark: PartMark;
}

const chunkBytes = 8 * 2 ** 20;

/** `name`: of no other part; it begins with an ObjectId in hex, which tells its age. */
export function createPart(name: string, msgId: string, value: LargeValue): Part {
  const chunks = Math.max(1, Math.ceil(value.bytes.length / chunkBytes));
  return { ...value, msgId, mark: { [partKey]: name, chunks } };
}

export interface Parts {
  /** May be called again. */
  put(part: Part): Promise<void>;
  /** Undefined when it is not complete. */
  get(mark: PartMark): Promise<Uint8Array | undefined>;
  /** Removes the parts of those records' fields but those that were just put. */
  removeStale(fields: ReadonlyMap<string, ReadonlySet<string>>, current: readonly Part[]): Promise<void>;
  removeOf(msgIds: readonly string[]): Promise<void>;
}

export function createParts(collection: Collection<Chunk>): Parts {
  const idOf = (part: string, n: number): string => `${part}/${n}`;
  return {
    async put({ msgId, field, mark, bytes }) {
      const part = mark[partKey];
      // One after the other: memory for one chunk, not for all.
      for (let n = 0; n < mark.chunks; n++) {
        const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).subarray(
          n * chunkBytes,
          (n + 1) * chunkBytes,
        );
        const chunk = { msg_id: msgId, field, part, data };
        await collection.replaceOne({ _id: idOf(part, n) }, chunk, { upsert: true });
      }
    },
    async get(mark) {
      const chunks: Uint8Array[] = [];
      for (let n = 0; n < mark.chunks; n++) {
        const chunk = await collection.findOne({ _id: idOf(mark[partKey], n) });
        if (chunk === null) return undefined;
        chunks.push(chunk.data);
      }
      return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    },
    async removeStale(fields, current) {
      const kept = new Set(current.map(({ mark }) => mark[partKey]));
      const there = await collection
        .find({ msg_id: { $in: [...fields.keys()] } }, { projection: { msg_id: 1, field: 1, part: 1 } })
        .toArray();
      const stale = there.filter((chunk) => fields.get(chunk.msg_id)?.has(chunk.field) && !kept.has(chunk.part));
      if (stale.length > 0) await collection.deleteMany({ _id: { $in: stale.map(({ _id }) => _id) } });
    },
    async removeOf(msgIds) {
      await collection.deleteMany({ msg_id: { $in: [...msgIds] } });
    },
  };
}
