// A record as the memory store holds it: few members, and the bytes of dictionaries and buffers in slabs, as they came.
// Nothing is parsed before somebody asks.
import { encodeText } from '@muster/protocol';
import type { AgeEntry } from '../by-age.ts';
import type { FieldKind, WireName } from '../fields.ts';
import { fieldTable, isWireName, wireNames } from '../fields.ts';
import type { TaskPatch } from '../port.ts';
import { readField } from '../read-field.ts';
import type { StoredRecord } from '../stored-record.ts';
import { copyBuffers, dictText, emptyRecord, largeBytes, memberKinds, ownText, sizeOf } from '../stored-record.ts';
import type { TextLimit } from '../text.ts';
import type { Value } from '../values.ts';
import type { FieldValue, Piece, Slab, Slabs } from './slabs.ts';
import { readPiece } from './slabs.ts';

/** What few records have. */
type Rare = Pick<StoredRecord, 'resubmitted' | 'executeInput' | 'stdout' | 'stderr' | 'label'> & {
  /** Buffers one of which is large. */
  largeBuffers: Partial<Record<'buffers' | 'resultBuffers', readonly Uint8Array[]>>;
};

/** Its place in the order of age stays as it is; a record whose `submitted` changes gets a new entry. */
export interface Entry extends AgeEntry {
  readonly msgId: string;
  sizeBytes: number;
  clientUuid: string | null;
  engineUuid: string | null;
  queue: 'mux' | 'task' | null;
  rare: Rare | null;
  /** A bit for each field that has values in slabs, or had. */
  packed: number;
  /** Most records are written twice: with their request, and with their result. */
  first: Slab | null;
  firstAt: number;
  second: Slab | null;
  secondAt: number;
}

// One literal, so that all entries have one shape that is known at once.
export const createEntry = (msgId: string, submitted: number, order: number): Entry => ({
  msgId,
  submitted,
  order,
  sizeBytes: 0,
  clientUuid: null,
  engineUuid: null,
  queue: null,
  rare: null,
  packed: 0,
  first: null,
  firstAt: 0,
  second: null,
  secondAt: 0,
});

const emptyRare: Rare = {
  ...{ resubmitted: null, executeInput: null, stdout: '', stderr: '', label: null, largeBuffers: {} },
};
const fieldsByNumber = wireNames.map((name) => fieldTable[name]);

/** Moments of a result, kept together under a number of their own: as members they would take three times the memory. */
const momentsField = wireNames.length;
const momentMembers = ['started', 'completed', 'received'] as const;
type Moments = Pick<StoredRecord, (typeof momentMembers)[number]>;
const noMoments: Moments = { started: null, completed: null, received: null };

const isPacked = (kind: FieldKind | undefined): boolean => kind === 'dict' || kind === 'buffers';

/** What is done with a member of a patch. */
type Place =
  | { readonly as: 'dict' | 'buffers'; readonly field: number; readonly member: string }
  | { readonly as: 'rare'; readonly member: Exclude<keyof Rare, 'largeBuffers'>; readonly appends: boolean }
  | { readonly as: 'shared'; readonly member: 'clientUuid' | 'engineUuid' | 'queue' }
  | { readonly as: 'moment' | 'submitted' };

const places: ReadonlyMap<string, Place> = new Map(
  [...wireNames.map((name) => fieldTable[name].member), 'appendStdout', 'appendStderr'].map((member) => [
    member,
    placeOf(member),
  ]),
);

function placeOf(member: string): Place {
  if (member === 'appendStdout' || member === 'appendStderr')
    return { as: 'rare', member: member === 'appendStdout' ? 'stdout' : 'stderr', appends: true };
  const kind = memberKinds[member];
  const field = wireNames.findIndex((name) => fieldTable[name].member === member);
  if (kind === 'dict' || kind === 'buffers') return { as: kind, field, member };
  if (kind === 'moment') return { as: member === 'submitted' ? 'submitted' : 'moment' };
  if (Object.hasOwn(emptyRare, member)) return { as: 'rare', member: member as 'label', appends: false };
  return { as: 'shared', member: member as 'queue' };
}

export interface Packing {
  readonly slabs: Slabs;
  readonly textLimit: TextLimit;
  /** Gives the same text again, so that a thousand records with the uuid of an engine hold it once. */
  readonly share: (text: string) => string;
}

/** Merges a patch into a record; `submitted` is not its business. All bytes are copied. */
export function patchEntry(entry: Entry, patch: TaskPatch, packing: Packing): void {
  const values: FieldValue[] = [];
  let replaced = 0;
  for (const key in patch) {
    const given = patch[key as keyof TaskPatch];
    const place = places.get(key);
    if (given === undefined || place === undefined) continue;
    switch (place.as) {
      case 'dict':
        replaced |= 1 << place.field;
        if (given !== null) values.push({ field: place.field, bytes: dictBytes(given as object) });
        break;
      case 'buffers':
        replaced |= 1 << place.field;
        packBuffers(entry, place.field, place.member as 'buffers', given as readonly Uint8Array[], values);
        break;
      case 'moment':
        replaced |= 1 << momentsField;
        break;
      case 'shared':
        setShared(entry, place.member, given as string | null, packing);
        break;
      case 'rare':
        setRare(entry, place.member, place.appends, given as string | null, packing);
    }
  }
  if ((replaced & (1 << momentsField)) !== 0) values.push({ field: momentsField, bytes: mergeMoments(entry, patch) });
  if (replaced !== 0) putValues(entry, values, replaced, packing.slabs);
}

/** Used again for each record: slabs copy it at once. */
const moments = new Float64Array(momentMembers.length);
const momentBytes = new Uint8Array(moments.buffer);

function mergeMoments(entry: Entry, patch: TaskPatch): Uint8Array {
  const before = (entry.packed & (1 << momentsField)) === 0 ? noMoments : momentsOf(entry);
  moments[0] = (patch.started === undefined ? before.started : patch.started) ?? Number.NaN;
  moments[1] = (patch.completed === undefined ? before.completed : patch.completed) ?? Number.NaN;
  moments[2] = (patch.received === undefined ? before.received : patch.received) ?? Number.NaN;
  return momentBytes;
}

export function momentsOf(entry: Entry): Moments {
  const [packed] = readValues(entry, (field) => field === momentsField);
  if (packed === undefined) return noMoments;
  // A copy, for numbers must lie at multiples of their size.
  const numbers = new Float64Array(new Uint8Array(packed.bytes).buffer);
  const read = (i: number): number | null => (Number.isNaN(numbers[i]) ? null : numbers[i]!);
  return { started: read(0), completed: read(1), received: read(2) };
}

function setShared(
  entry: Entry,
  member: 'clientUuid' | 'engineUuid' | 'queue',
  given: string | null,
  { share }: Packing,
): void {
  const value = given === null ? null : share(ownText(given));
  entry.sizeBytes += (value?.length ?? 0) - (entry[member]?.length ?? 0);
  entry[member] = value as 'mux' | null;
}

function setRare(
  entry: Entry,
  member: Exclude<keyof Rare, 'largeBuffers'>,
  appends: boolean,
  given: string | null,
  { textLimit }: Packing,
): void {
  const before = (entry.rare ?? emptyRare)[member];
  const own = given === null ? null : ownText(given);
  const value = appends ? textLimit.append(before ?? '', own ?? '') : own;
  // Most of them set what is so already.
  if (value === before) return;
  entry.sizeBytes += sizeOf(value) - sizeOf(before);
  entry.rare = Object.assign(entry.rare ?? { ...emptyRare }, { [member]: value });
}

const dictBytes = (given: object): Uint8Array => (given instanceof Uint8Array ? given : encodeText(dictText(given)));

/** What goes into slabs of a list of buffers; a list with a large one stays apart. No buffers are nothing. */
function packBuffers(
  entry: Entry,
  field: number,
  member: 'buffers' | 'resultBuffers',
  buffers: readonly Uint8Array[],
  values: FieldValue[],
): void {
  const large = entry.rare?.largeBuffers;
  if (large?.[member] !== undefined) {
    entry.sizeBytes -= sizeOf(large[member]);
    delete large[member];
  }
  let isLarge = false;
  for (let i = 0; i < buffers.length; i++) isLarge ||= buffers[i]!.length >= largeBytes;
  if (!isLarge) {
    for (let i = 0; i < buffers.length; i++) values.push({ field, bytes: buffers[i]! });
    return;
  }
  const kept = copyBuffers(buffers);
  entry.rare ??= { ...emptyRare };
  entry.rare.largeBuffers = { ...entry.rare.largeBuffers, [member]: kept };
  entry.sizeBytes += sizeOf(kept);
}

/** Bytes of values; moments, as other numbers, count nothing. */
function bytesOf(values: readonly FieldValue[]): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) if (values[i]!.field !== momentsField) sum += values[i]!.bytes.length;
  return sum;
}

function putValues(entry: Entry, values: readonly FieldValue[], replaced: number, slabs: Slabs): void {
  const before = entry.packed;
  entry.packed |= replaced;
  if ((before & replaced) === 0 && entry.second === null) {
    entry.sizeBytes += bytesOf(values);
    addPiece(entry, values, slabs);
    return;
  }
  const all = readValues(entry, () => true);
  const kept = all.filter(({ field }) => (replaced & (1 << field)) === 0);
  entry.sizeBytes += bytesOf(values) + bytesOf(kept) - bytesOf(all);
  if (kept.length === all.length && entry.second === null) addPiece(entry, values, slabs);
  else repack(entry, [...kept, ...values], slabs);
}

function addPiece(entry: Entry, values: readonly FieldValue[], slabs: Slabs): void {
  if (values.length === 0) return;
  const { slab, at } = slabs.write(values);
  if (entry.first === null) {
    entry.first = slab;
    entry.firstAt = at;
  } else {
    entry.second = slab;
    entry.secondAt = at;
  }
}

/** Writes all values anew, in one piece. */
function repack(entry: Entry, values: readonly FieldValue[], slabs: Slabs): void {
  const { first, second } = entry;
  [entry.first, entry.second] = [null, null];
  addPiece(entry, values, slabs);
  for (const slab of [first, second]) if (slab !== null) slabs.release(slab);
}

/** Moves its bytes to where the next ones go. */
export const moveEntry = (entry: Entry, slabs: Slabs): void =>
  repack(
    entry,
    readValues(entry, () => true),
    slabs,
  );

/** It may stand somewhere for a while yet, and must not hold what it had. */
export function releaseEntry(entry: Entry, slabs: Slabs): void {
  if (entry.first !== null) slabs.release(entry.first);
  if (entry.second !== null) slabs.release(entry.second);
  clearEntry(entry);
}

export function clearEntry(entry: Entry): void {
  entry.first = null;
  entry.second = null;
  entry.rare = null;
}

function readValues({ first, firstAt, second, secondAt }: Entry, wanted: (field: number) => boolean): FieldValue[] {
  const read = (slab: Slab | null, at: number): FieldValue[] =>
    slab === null ? [] : readPiece({ slab, at } satisfies Piece, wanted);
  return second === null ? read(first, firstAt) : [...read(first, firstAt), ...read(second, secondAt)];
}

/** The fields of these names; the others are empty. */
export function toRecord(entry: Entry, names: readonly WireName[]): StoredRecord {
  const { msgId, clientUuid, engineUuid, queue } = entry;
  const { largeBuffers, ...rare } = entry.rare ?? emptyRare;
  const known = { clientUuid, engineUuid, queue, submitted: submittedOf(entry), ...rare };
  const record: StoredRecord = { ...emptyRecord(msgId), ...known, ...largeBuffers };
  const members = record as unknown as Record<string, unknown>;
  if (names.some((name) => Object.hasOwn(noMoments, name))) Object.assign(record, momentsOf(entry));
  const wanted = new Set<string>(names.filter((name) => isPacked(fieldTable[name].kind)));
  if (wanted.size === 0) return record;
  for (const { field, bytes } of readValues(entry, (field) => wanted.has(wireNames[field]!))) {
    const { member, kind } = fieldsByNumber[field]!;
    // Slabs are used again, so what leaves them is copied.
    members[member] = kind === 'dict' ? dictText(bytes) : [...(members[member] as Uint8Array[]), new Uint8Array(bytes)];
  }
  return record;
}

/** A field as queries compare it. */
export function readEntry(entry: Entry, name: string): Value {
  if (name === 'msg_id') return entry.msgId;
  return isWireName(name) ? readField(toRecord(entry, [name]), name) : null;
}

export const submittedOf = ({ submitted }: Entry): number | null =>
  submitted === Number.NEGATIVE_INFINITY ? null : submitted;
