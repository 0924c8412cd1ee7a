// Writes that wait for the thread of the database, as bytes in memory that both threads see: what a write costs here is to copy
// its bytes once, and what a batch costs is one small message. The blocks are used again when their writes are done with.
import { encodeText } from '@muster/protocol';
import type { WriteBatch } from '../batched/write-batch.ts';
import { overheadBytes } from '../batched/write-batch.ts';
import { pickledBytes, writePickleInto } from '../pickle.ts';
import type { TaskPatch } from '../port.ts';
import { dictText, ownText } from '../stored-record.ts';
import { lengthBytes, markOf, planOf, whens } from './packed-form.ts';

/** What goes to the other thread. Each write lies in one block. */
export interface PackedBatch {
  readonly blocks: readonly PackedBlock[];
  /** Texts that many writes have; their numbers stand for them. */
  readonly texts: readonly string[];
}

interface PackedBlock {
  readonly memory: SharedArrayBuffer;
  readonly usedBytes: number;
}

const blockBytes = 2 ** 20;
/** So many blocks are kept when they are empty. */
const spareLimit = 8;
/** Beyond, texts go with their writes. */
const sharedTextLimit = 10_000;

export function createPackedBatch(): WriteBatch<PackedBatch> {
  const spare: SharedArrayBuffer[] = [];
  let blocks: PackedBlock[] = [];
  let texts: string[] = [];
  let numbers = new Map<string, number>();
  let count = 0;
  let sizeBytes = 0;
  let memory = new SharedArrayBuffer(0);
  let bytes = Buffer.from(memory);
  /** Where the write that is being packed begins, and where its next byte goes. */
  let start = 0;
  let at = 0;

  /** Makes room: in the next block, to which what there is of the write moves. */
  function need(length: number): void {
    if (at + length <= bytes.length) return;
    const begun = bytes.subarray(start, at);
    const size = Math.max(blockBytes, begun.length + length);
    const next = (size === blockBytes ? spare.pop() : undefined) ?? new SharedArrayBuffer(size);
    closeBlock();
    memory = next;
    bytes = Buffer.from(memory);
    start = 0;
    at = begun.length;
    bytes.set(begun, 0);
  }
  function closeBlock(): void {
    if (start > 0) blocks.push({ memory, usedBytes: start });
  }
  function putLength(length: number): void {
    at = bytes.writeUIntLE(length, at, lengthBytes);
  }
  function putText(text: string): void {
    need(lengthBytes + 3 * text.length);
    const length = bytes.write(text, at + lengthBytes);
    putLength(length);
    at += length;
  }
  function putShared(member: number, text: string): void {
    const known = numbers.get(text);
    if (known === undefined && texts.length >= sharedTextLimit) {
      putMark(member, markOf.text);
      return putText(text);
    }
    const number = known ?? texts.push(ownText(text)) - 1;
    if (known === undefined) numbers.set(text, number);
    putMark(member, markOf.shared);
    at = bytes.writeUInt16LE(number, at);
  }
  function putBytes(value: Uint8Array): void {
    need(lengthBytes + value.length);
    putLength(value.length);
    bytes.set(value, at);
    at += value.length;
  }
  /** With room for a number behind it. */
  function putMark(member: number, mark: number): void {
    need(16);
    bytes[at] = member;
    bytes[at + 1] = mark;
    at += 2;
  }
  /** No buffers are NULL, as in Python. */
  function putBuffers(member: number, buffers: readonly Uint8Array[]): void {
    putMark(member, buffers.length === 0 ? markOf.null : markOf.bytes);
    if (buffers.length === 0) return;
    const length = pickledBytes(buffers);
    need(lengthBytes + length);
    putLength(length);
    at = writePickleInto(bytes, at, buffers);
  }
  function putMember(key: string, given: unknown): void {
    const plan = planOf(key);
    if (given === undefined || plan === undefined) return;
    const { member, kind, isShared } = plan;
    if (given === null) return putMark(member, markOf.null);
    if (kind === 'buffers') return putBuffers(member, given as readonly Uint8Array[]);
    if (isShared) return putShared(member, given as string);
    if (kind === 'moment') {
      putMark(member, markOf.moment);
      at = bytes.writeDoubleLE(given as number, at);
    } else if (kind === 'dict') {
      putMark(member, markOf.dict);
      putBytes(given instanceof Uint8Array ? given : encodeText(dictText(given as object)));
    } else {
      putMark(member, markOf.text);
      putText(given as string);
    }
  }
  function pack(msgId: string, patch: TaskPatch, when: number): void {
    need(lengthBytes + 1);
    at += lengthBytes;
    bytes[at++] = when;
    putText(msgId);
    for (const key in patch) putMember(key, patch[key as keyof TaskPatch]);
  }
  return {
    get count() {
      return count;
    },
    get sizeBytes() {
      return sizeBytes;
    },
    add(msgId, patch, whenMissing) {
      try {
        pack(msgId, patch, whens.indexOf(whenMissing));
      } catch (error) {
        // There was no memory for it, or it cannot be packed.
        at = start;
        throw error;
      }
      bytes.writeUIntLE(at - start, start, lengthBytes);
      sizeBytes += overheadBytes + at - start;
      count++;
      start = at;
    },
    take() {
      closeBlock();
      const taken = { blocks, texts };
      blocks = [];
      texts = [];
      numbers = new Map();
      count = 0;
      sizeBytes = 0;
      memory = new SharedArrayBuffer(0);
      bytes = Buffer.from(memory);
      start = 0;
      at = 0;
      return taken;
    },
    release(taken) {
      for (const { memory } of taken.blocks)
        if (memory.byteLength === blockBytes && spare.length < spareLimit) spare.push(memory);
    },
  };
}
