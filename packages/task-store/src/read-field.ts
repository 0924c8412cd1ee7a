import { fieldTable, isWireName } from './fields.ts';
import type { StoredRecord } from './stored-record.ts';
import { unpackDict } from './stored-record.ts';
import type { Value } from './values.ts';
import { Moment } from './values.ts';

/** A field as queries compare it. Of buffers only their number can be asked. */
export function readField(record: StoredRecord, name: string): Value {
  if (!isWireName(name)) return null;
  const { member, kind } = fieldTable[name];
  const value = record[member];
  if (value === null) return null;
  if (kind === 'moment') return new Moment(value as number);
  if (kind === 'dict') return unpackDict(value as string);
  return kind === 'buffers' ? (value as readonly unknown[]).map(() => Number.NaN) : (value as string);
}
