// How stores hold a record: as TaskRecord, but dictionaries packed. So nothing is parsed before somebody asks, and every
// answer is a fresh copy.
import type { JsonObject } from '@muster/protocol';
import { packJson, unpackJson } from '@muster/protocol';
import { dictMembers } from './fields.ts';
import type { DictMember, TaskPatch, TaskRecord } from './port.ts';
import type { TextLimit } from './text.ts';

export type StoredRecord = {
  -readonly [K in keyof TaskRecord]: K extends DictMember ? Uint8Array | null : TaskRecord[K];
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

/** A packed dictionary as an object; `{}` when the bytes are no JSON object. */
export function unpackDict(bytes: Uint8Array | null): JsonObject | null {
  if (bytes === null) return null;
  try {
    return unpackJson(bytes, 'field');
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

/** Merges a patch into a record, copying all bytes. Returns by how many bytes the record has grown. */
export function applyPatch(record: StoredRecord, patch: TaskPatch, limit: TextLimit): number {
  const { appendStdout, appendStderr, ...fields } = patch;
  const own = copyBytes(fields);
  let grown = 0;
  for (const member in own) {
    const value = own[member as keyof typeof own];
    if (value === undefined) continue;
    grown += sizeOf(value) - sizeOf(record[member as keyof StoredRecord]);
    (record as Record<string, unknown>)[member] = value;
  }
  if (appendStdout !== undefined) grown += append(record, 'stdout', appendStdout, limit);
  if (appendStderr !== undefined) grown += append(record, 'stderr', appendStderr, limit);
  return grown;
}

function append(record: StoredRecord, member: 'stdout' | 'stderr', text: string, limit: TextLimit): number {
  const before = record[member];
  record[member] = limit.append(before, text);
  return record[member].length - before.length;
}

/** Bytes that a value holds; texts count a byte a character, numbers and null nothing. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return value.length;
  if (Array.isArray(value)) return (value as Uint8Array[]).reduce((sum, bytes) => sum + bytes.length, 0);
  return 0;
}

type OwnPatch = Partial<StoredRecord>;

/** The patch with dictionaries packed and all bytes copied into one new block. */
function copyBytes(patch: TaskPatch): OwnPatch {
  const own: Record<string, unknown> = { ...patch };
  let sizeBytes = 0;
  for (const member in own) {
    const value = own[member];
    if (value instanceof Uint8Array || Array.isArray(value)) sizeBytes += sizeOf(value);
    else if (typeof value === 'object' && value !== null) own[member] = packJson(value);
  }
  const block = new Uint8Array(sizeBytes);
  let at = 0;
  const copy = (bytes: Uint8Array): Uint8Array => {
    block.set(bytes, at);
    at += bytes.length;
    return block.subarray(at - bytes.length, at);
  };
  for (const member in patch) {
    const value = patch[member as keyof TaskPatch];
    if (value instanceof Uint8Array) own[member] = copy(value);
    else if (Array.isArray(value)) own[member] = (value as Uint8Array[]).map(copy);
  }
  return own as OwnPatch;
}
