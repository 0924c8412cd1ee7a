// Records from documents, with what is in parts.
import type { Collection, Document } from 'mongodb';
import type { WireName } from '../fields.ts';
import { StoreError } from '../port.ts';
import type { StoredRecord } from '../stored-record.ts';
import { putLarge, toRecord } from './document.ts';
import type { Parts } from './parts.ts';

export interface Reader {
  /**
   * The fields of these names; the document has its `_id`. Undefined when the record was removed meanwhile. Rejects with StoreError
   * when it cannot be read.
   */
  record(document: Document, names: readonly WireName[]): Promise<StoredRecord | undefined>;
}

/** Between a document and its parts somebody may write to it: then it is read again, so many times in all. */
const attempts = 3;

export function createReader(records: Collection, parts: Parts): Reader {
  async function read(document: Document, names: readonly WireName[]): Promise<StoredRecord | undefined> {
    const { record, absent } = toRecord(document, names);
    for (const { field, mark } of absent) {
      const bytes = await parts.get(mark);
      if (bytes === undefined) return undefined;
      try {
        putLarge(record, field, bytes);
      } catch (error) {
        throw new StoreError('UnpicklingError', `${field} of a record cannot be read: ${(error as Error).message}`);
      }
    }
    return record;
  }
  return {
    async record(document, names) {
      let current: Document | null = document;
      for (let n = 0; n < attempts; n++) {
        const record = await read(current, names);
        if (record !== undefined) return record;
        current = await records.findOne({ _id: document._id }, { projection: projectionOf(names) });
        if (current === null) return undefined;
      }
      throw new StoreError('OperationalError', 'a part of a record is missing in the task database');
    },
  };
}

/** What is to be got of a document for these fields. */
export const projectionOf = (names: readonly WireName[]): Document =>
  Object.fromEntries([['microseconds', 1], ...names.map((name) => [name, 1])]);
