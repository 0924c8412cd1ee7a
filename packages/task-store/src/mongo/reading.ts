// Records from documents, with what is in parts.
import type { Document } from 'mongodb';
import type { WireName } from '../fields.ts';
import { StoreError } from '../port.ts';
import type { StoredRecord } from '../stored-record.ts';
import { putLarge, toRecord } from './document.ts';
import type { Parts } from './parts.ts';

export interface Reader {
  /** The fields of these names. Rejects with StoreError when one cannot be read. */
  record(document: Document, names: readonly WireName[]): Promise<StoredRecord>;
}

export const createReader = (parts: Parts): Reader => ({
  async record(document, names) {
    const { record, absent } = toRecord(document, names);
    for (const { field, mark } of absent) {
      const bytes = await parts.get(mark);
      try {
        putLarge(record, field, bytes);
      } catch (error) {
        throw new StoreError('UnpicklingError', `${field} of a record cannot be read: ${(error as Error).message}`);
      }
    }
    return record;
  },
});
