// How stores hold a record: as TaskRecord, but dictionaries as JSON text. So nothing is parsed before somebody asks, and
// every answer is a fresh copy.
import type { JsonObject } from '@muster/protocol';
import { decodeText, isJsonObject, ownBytes } from '@muster/protocol';
import type { FieldKind } from './fields.ts';
import { dictMembers, fieldTable } from './fields.ts';
import type { DictMember, TaskRecord } from './port.ts';

export type StoredRecord = {
  -readonly [K in keyof TaskRecord]: K extends DictMember ? string | null : TaskRecord[K];
};

export const emptyRecord = (msgId: string): StoredRecord => ({
  msgId,
  header: null,
  metadata: null,
  content: null,
  buffers: [],
  submitted: null,
  clientUuid: null,
  engineUuid: null,
  started: null,
  completed: null,
  received: null,
  resubmitted: null,
  resultHeader: null,
  resultMetadata: null,
  resultContent: null,
  resultBuffers: [],
  queue: null,
  executeInput: null,
  executeResult: null,
  error: null,
  stdout: '',
  stderr: '',
  label: null,
  displayData: null,
});

/** Deeper dictionaries could be read, but not written into an answer; Python reads and writes none. */
const depthLimit = 500;

function nestsTooDeep(text: string): boolean {
  if (text.length < 2 * depthLimit) return false;
  let depth = 0;
  let inText = false;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (inText) {
      if (char === 0x5c) i++;
      else if (char === 0x22) inText = false;
    } else if (char === 0x22) inText = true;
    else if (char === 0x5b || char === 0x7b) {
      if (++depth > depthLimit) return true;
    } else if (char === 0x5d || char === 0x7d) depth--;
  }
  return false;
}

/** A dictionary as an object; `{}` when the text is no JSON object, or one that is nested too deep. */
export function unpackDict(text: string | null): JsonObject | null {
  if (text === null) return null;
  if (nestsTooDeep(text)) return {};
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** The record with all dictionaries unpacked. */
export function unpackRecord(stored: StoredRecord): TaskRecord {
  const record = { ...stored } as unknown as TaskRecord;
  for (const member of dictMembers) record[member] = unpackDict(stored[member]);
  return record;
}

/** Member → kind. */
export const memberKinds: Record<string, FieldKind> = Object.fromEntries(
  Object.values(fieldTable).map(({ member, kind }) => [member, kind]),
);

/** A value that the store may keep: bytes copied, dictionaries as text, texts as every database takes them. */
export function ownValue(kind: FieldKind | undefined, given: unknown): unknown {
  if (given === null) return null;
  if (kind === 'buffers') return copyBuffers(given as readonly Uint8Array[]);
  if (kind === 'dict') return dictText(given as object);
  return typeof given === 'string' ? ownText(given) : given;
}

/** Halves of surrogate pairs, which UTF-8 has none of, become U+FFFD. */
export const ownText = (text: string): string => (text.isWellFormed() ? text : text.toWellFormed());

/** A dictionary, or its bytes, as text; `{}` when it cannot be read, or is nested too deep. */
export function dictText(given: object): string {
  try {
    const text = given instanceof Uint8Array ? decodeText(given) : JSON.stringify(given);
    return nestsTooDeep(text) ? '{}' : text;
  } catch {
    return '{}';
  }
}

/** Bytes that a record holds. */
export const recordBytes = (record: StoredRecord): number =>
  Object.values(record).reduce((sum: number, value) => sum + sizeOf(value), 0);

/** Bytes that a value holds; texts count a byte a character, numbers and null nothing. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  return Array.isArray(value) ? (value as Uint8Array[]).reduce((sum, bytes) => sum + bytes.length, 0) : 0;
}

/** From this size on a buffer that fills its block is kept as it is: to copy 100 MB would hold up everybody. */
export const largeBytes = 65_536;

/** Small buffers go together into one block, which comes from a pool: a block for each would cost more than the bytes. */
export function copyBuffers(buffers: readonly Uint8Array[]): readonly Uint8Array[] {
  let smallBytes = 0;
  for (const buffer of buffers) if (buffer.length < largeBytes) smallBytes += buffer.length;
  const block = Buffer.allocUnsafe(smallBytes);
  let at = 0;
  return buffers.map((buffer) => {
    if (buffer.length >= largeBytes) return ownBytes(buffer);
    block.set(buffer, at);
    at += buffer.length;
    return block.subarray(at - buffer.length, at);
  });
}
