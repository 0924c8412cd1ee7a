// Fields of a record ⇄ values of SQLite.

import type { SQLOutputValue } from 'node:sqlite';
import { decodeText, formatDate, parseDate } from '@muster/protocol';
import type { FieldKind, WireName } from '../fields.ts';
import { fieldTable } from '../fields.ts';
import { readPickle } from '../pickle.ts';
import { StoreError } from '../port.ts';
import type { StoredRecord } from '../stored-record.ts';
import { emptyRecord } from '../stored-record.ts';

export type Row = Readonly<Record<string, SQLOutputValue>>;

/** The second of the last moment that was written, and its text: the next ones are mostly of the same. */
let lastSecond = Number.NaN;
let lastText = '';

/** A moment as Python writes it. With `+00:00` dates sort as texts, which they would not with `Z`. */
export function dateText(us: number): string {
  const whole = Math.round(us);
  const micros = ((whole % 1e6) + 1e6) % 1e6;
  const second = whole - micros;
  if (second !== lastSecond) {
    lastSecond = second;
    lastText = formatDate(second).slice(0, -1);
  }
  // Behind a 1 all digits are written.
  return micros === 0 ? `${lastText}+00:00` : `${lastText}.${String(1e6 + micros).slice(1)}+00:00`;
}

/** A record from a row that has some of its fields; the others are empty. Throws StoreError for unreadable buffers. */
export function toRecord(row: Row, names: readonly WireName[]): StoredRecord {
  const record = emptyRecord('');
  const members = record as unknown as Record<string, unknown>;
  for (const name of names) {
    const { member, kind } = fieldTable[name];
    const value = row[name] ?? null;
    members[member] = read[kind](value) ?? (member === 'stdout' || member === 'stderr' ? '' : null);
  }
  return record;
}

const read: Record<FieldKind, (value: SQLOutputValue) => unknown> = {
  text: textOf,
  dict: textOf,
  moment: (value) => parseDate(textOf(value) ?? '') ?? null,
  buffers(value) {
    if (!(value instanceof Uint8Array)) return [];
    try {
      return readPickle(value);
    } catch (error) {
      throw new StoreError('UnpicklingError', `buffers of a record cannot be read: ${(error as Error).message}`);
    }
  },
};

function textOf(value: SQLOutputValue): string | null {
  if (value === null || typeof value === 'string') return value;
  if (!(value instanceof Uint8Array)) return String(value);
  try {
    return decodeText(value);
  } catch {
    return '';
  }
}

/** Bytes of the texts in a row, roughly. */
export function textBytes(row: Row): number {
  let sum = 0;
  for (const name in row) {
    const value = row[name];
    if (typeof value === 'string') sum += value.length;
  }
  return sum;
}

/** Bytes that a row holds, roughly. */
export function rowBytes(row: Row): number {
  let sum = 0;
  for (const name in row) {
    const value = row[name];
    if (typeof value === 'string' || value instanceof Uint8Array) sum += value.length;
  }
  return sum;
}
