// A record as a document: the fields of §5.1 under their wire names. Dates have milliseconds, as MongoDB's have; their
// microseconds stand beside them, under `microseconds`. Large values are kept in parts (parts.ts).
import type { Microseconds } from '@muster/protocol';
import { decodeText, encodeText } from '@muster/protocol';
import type { Document } from 'mongodb';
import { BSON } from 'mongodb';
import type { FieldKind, WireName } from '../fields.ts';
import { fieldTable, wireNames } from '../fields.ts';
import { readPickle, writePickle } from '../pickle.ts';
import type { StoredRecord } from '../stored-record.ts';
import { emptyRecord, memberKinds } from '../stored-record.ts';
import { fromDocument, partKey, toDocument } from './dictionary.ts';

/** Values beyond this are kept in parts: all fourteen of a record then fit into a document, which has 16 MiB. */
const inlineBytes = 2 ** 20;

/** A value that is kept in parts. */
export interface LargeValue {
  readonly field: WireName;
  readonly bytes: Uint8Array;
}

/** What stands in a document for a value kept in parts. */
export interface PartMark {
  readonly [partKey]: string;
  /** How many chunks it has. */
  readonly chunks: number;
}

const isPartMark = (value: unknown): value is PartMark =>
  typeof value === 'object' && value !== null && partKey in value;

const nameOfMember = new Map(
  Object.entries(fieldTable).map(([name, { member }]) => [member as string, name as WireName]),
);

/** The wire name of a member of records. */
export const fieldOf = (member: string): WireName => nameOfMember.get(member)!;

/** What sets these fields. Large values go to `keepLarge`, which gives what stands for them. */
export function toFields(fields: Partial<StoredRecord>, keepLarge: (value: LargeValue) => PartMark): Document {
  const set: Document = {};
  for (const [member, value] of Object.entries(fields)) {
    const field = fieldOf(member);
    const keep = (bytes: Uint8Array): PartMark => keepLarge({ field, bytes });
    set[field] = value === null ? null : write[memberKinds[member]!](value as never, keep);
    if (memberKinds[member] === 'moment') set[`microseconds.${field}`] = value;
  }
  return set;
}

type Write<T> = (value: T, keep: (bytes: Uint8Array) => PartMark) => unknown;

const write: {
  readonly text: Write<string>;
  readonly dict: Write<string>;
  readonly moment: Write<number>;
  readonly buffers: Write<readonly Uint8Array[]>;
} = {
  moment: (us) => new Date(Math.floor(us / 1000)),
  text(text, keep) {
    // Three bytes a unit at most.
    if (text.length <= inlineBytes / 3) return text;
    const bytes = encodeText(text);
    return bytes.length > inlineBytes ? keep(bytes) : text;
  },
  dict(text, keep) {
    if (text.length > inlineBytes) return keep(encodeText(text));
    const document = toDocument(text);
    // In BSON numbers and names of members of lists are longer.
    const isLarge = text.length > inlineBytes / 16 && BSON.calculateObjectSize(document) > inlineBytes;
    return isLarge ? keep(encodeText(text)) : document;
  },
  buffers(buffers, keep) {
    const bytes = buffers.reduce((sum, { length }) => sum + length + overheadBytes, 0);
    return bytes > inlineBytes ? keep(writePickle(buffers)) : buffers;
  },
};

/** A buffer's name in the list, its type, length and subtype. */
const overheadBytes = 16;

/** A value that has to be fetched from its part. */
export interface Absent {
  readonly field: WireName;
  readonly mark: PartMark;
}

/** The fields of these names. `absent`: those that are in parts, empty in the record. */
export function toRecord(document: Document, names: readonly WireName[]): { record: StoredRecord; absent: Absent[] } {
  const record = emptyRecord('');
  const absent: Absent[] = [];
  for (const field of names) {
    const value: unknown = document[field] ?? null;
    if (isPartMark(value)) absent.push({ field, mark: value });
    else if (value !== null) setField(record, field, read[fieldTable[field].kind](value, document, field));
  }
  return { record, absent };
}

/** Puts what was fetched from a part into the record. Throws RangeError when it cannot be read. */
export function putLarge(record: StoredRecord, field: WireName, bytes: Uint8Array): void {
  setField(record, field, fieldTable[field].kind === 'buffers' ? readPickle(bytes) : decodeText(bytes));
}

function setField(record: StoredRecord, field: WireName, value: unknown): void {
  if (value !== null) (record as unknown as Record<string, unknown>)[fieldTable[field].member] = value;
}

const read: Record<FieldKind, (value: unknown, document: Document, field: WireName) => unknown> = {
  text: (value) => (typeof value === 'string' ? value : null),
  dict: (value) => (typeof value === 'object' ? fromDocument(value as Document) : null),
  moment: (_, document, field) => readMoment(document, field),
  buffers: (value) => (Array.isArray(value) ? value.filter((item) => item instanceof Uint8Array) : []),
};

/** A date of a document, to the microsecond; null where there is none. */
export function readMoment(document: Document, field: WireName): Microseconds | null {
  const value: unknown = document[field];
  if (!(value instanceof Date)) return null;
  const us: unknown = document.microseconds?.[field];
  // Others may have changed the date alone.
  return typeof us === 'number' && Math.floor(us / 1000) === value.getTime() ? us : value.getTime() * 1000;
}

/** What a new document has beside the fields that are set: all of §5.1, empty. */
export function emptyFields(msgId: string, set: Document): Document {
  const empty = emptyRecord(msgId) as unknown as Document;
  const others = wireNames.filter((name) => name !== 'msg_id' && name !== 'display_data' && !(name in set));
  return Object.fromEntries(others.map((name) => [name, empty[fieldTable[name].member]]));
}
