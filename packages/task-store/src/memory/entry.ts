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
  /** Most records are written twice: with their request, and with their result. */
  first: Slab | null;
  firstAt: number;
  second: Slab | null;
  secondAt: number;
}

export const createEntry = (msgId: string, submitted: number, order: number): Entry => ({
  ...{ msgId, submitted, order, sizeBytes: 0, clientUuid: null, engineUuid: null, queue: null },
  ...{ rare: null, first: null, firstAt: 0, second: null, secondAt: 0 },
});

const emptyRare: Rare = {
  ...{ resubmitted: null, executeInput: null, stdout: '', stderr: '', label: null, largeBuffers: {} },
};
const isRare = (member: string): member is Exclude<keyof Rare, 'largeBuffers'> => Object.hasOwn(emptyRare, member);

const fieldNumbers = new Map(wireNames.map((name, i) => [fieldTable[name].member as string, i]));
const fieldsByNumber = wireNames.map((name) => fieldTable[name]);

/** Moments of a result, kept together under a number of their own: as members they would take three times the memory. */
const momentsField = wireNames.length;
const momentMembers = ['started', 'completed', 'received'] as const;
type Moments = Pick<StoredRecord, (typeof momentMembers)[number]>;
const noMoments: Moments = { started: null, completed: null, received: null };

const isPacked = (kind: FieldKind | undefined): boolean => kind === 'dict' || kind === 'buffers';

export interface Packing {
  readonly slabs: Slabs;
  readonly textLimit: TextLimit;
  /** Gives the same text again, so that a thousand records with the uuid of an engine hold it once. */
  readonly share: (text: string) => string;
}

/** Merges a patch into a record; `submitted` is not its business. All bytes are copied. */
export function patchEntry(entry: Entry, patch: TaskPatch, packing: Packing): void {
  const values: FieldValue[] = [];
  const replaced = new Set<number>();
  if (momentMembers.some((member) => patch[member] !== undefined)) {
    values.push({ field: momentsField, bytes: mergeMoments(entry, patch) });
    replaced.add(momentsField);
  }
  for (const key in patch) {
    const given = patch[key as keyof TaskPatch];
    if (given === undefined || key === 'submitted' || Object.hasOwn(noMoments, key)) continue;
    const kind = memberKinds[key];
    if (isPacked(kind)) {
      const field = fieldNumbers.get(key)!;
      replaced.add(field);
      values.push(...pack(entry, field, key, given as object | null));
    } else setMember(entry, key, typeof given === 'string' ? ownText(given) : (given as number | null), packing);
  }
  if (replaced.size > 0) putValues(entry, values, replaced, packing.slabs);
}

function mergeMoments(entry: Entry, patch: TaskPatch): Uint8Array {
  const before = momentsOf(entry);
  const merged = (member: keyof Moments): number =>
    (patch[member] === undefined ? before[member] : patch[member]) ?? Number.NaN;
  return new Uint8Array(Float64Array.of(merged('started'), merged('completed'), merged('received')).buffer);
}

export function momentsOf(entry: Entry): Moments {
  const [packed] = readValues(entry, (field) => field === momentsField);
  if (packed === undefined) return noMoments;
  // A copy, for numbers must lie at multiples of their size.
  const numbers = new Float64Array(packed.bytes.slice().buffer);
  const read = (i: number): number | null => (Number.isNaN(numbers[i]) ? null : numbers[i]!);
  return { started: read(0), completed: read(1), received: read(2) };
}

function setMember(entry: Entry, key: string, given: string | number | null, { textLimit, share }: Packing): void {
  const member = key === 'appendStdout' ? 'stdout' : key === 'appendStderr' ? 'stderr' : key;
  if (isRare(member)) {
    const rare: Rare = entry.rare ?? { ...emptyRare };
    const value = member === key ? given : textLimit.append(rare[member]!, given as string);
    entry.sizeBytes += sizeOf(value) - sizeOf(rare[member]);
    // Most of them set what is so already.
    if (value !== rare[member]) entry.rare = Object.assign(rare, { [member]: value });
    return;
  }
  const members = entry as unknown as Record<string, string | number | null>;
  entry.sizeBytes += sizeOf(given) - sizeOf(members[member]);
  members[member] = typeof given === 'string' ? share(given) : given;
}

/** What goes into slabs of a field; large buffers stay apart. Null and no buffers are nothing. */
function pack(entry: Entry, field: number, member: string, given: object | null): FieldValue[] {
  const name = member as 'buffers' | 'resultBuffers';
  if (entry.rare?.largeBuffers[name] !== undefined) {
    entry.sizeBytes -= sizeOf(entry.rare.largeBuffers[name]);
    delete entry.rare.largeBuffers[name];
  }
  if (given === null) return [];
  if (given instanceof Uint8Array) return [{ field, bytes: given }];
  if (memberKinds[member] === 'dict') return [{ field, bytes: encodeText(dictText(given)) }];
  const buffers = given as readonly Uint8Array[];
  if (!buffers.some((buffer) => buffer.length >= largeBytes)) return buffers.map((bytes) => ({ field, bytes }));
  entry.rare ??= { ...emptyRare };
  entry.rare.largeBuffers = { ...entry.rare.largeBuffers, [name]: copyBuffers(buffers) };
  entry.sizeBytes += sizeOf(entry.rare.largeBuffers[name]);
  return [];
}

function putValues(entry: Entry, values: readonly FieldValue[], replaced: ReadonlySet<number>, slabs: Slabs): void {
  const before = readValues(entry, () => true);
  const kept = before.filter(({ field }) => !replaced.has(field));
  const bytesOf = (some: readonly FieldValue[]): number =>
    some.reduce((sum, { field, bytes }) => sum + (field === momentsField ? 0 : bytes.length), 0);
  entry.sizeBytes += bytesOf(values) + bytesOf(kept) - bytesOf(before);
  if (kept.length === before.length && entry.second === null) addPiece(entry, values, slabs);
  else repack(entry, [...kept, ...values], slabs);
}

function addPiece(entry: Entry, values: readonly FieldValue[], slabs: Slabs): void {
  if (values.length === 0) return;
  const { slab, at } = slabs.write(values);
  if (entry.first === null) [entry.first, entry.firstAt] = [slab, at];
  else [entry.second, entry.secondAt] = [slab, at];
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
  for (const slab of [entry.first, entry.second]) if (slab !== null) slabs.release(slab);
  clearEntry(entry);
}

export function clearEntry(entry: Entry): void {
  [entry.first, entry.second, entry.rare] = [null, null, null];
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
    members[member] = kind === 'dict' ? dictText(bytes) : [...(members[member] as Uint8Array[]), bytes];
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
