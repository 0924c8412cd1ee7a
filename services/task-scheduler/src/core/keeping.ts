// Requests that wait have their own memory: as they came they are views of what a socket received at a time, and a small view
// keeps all of that. Those that every engine suits leave in the order in which they came, so that many share a block, which
// goes when the last of them has; a million of them are no million objects with bytes. While very many wait, blocks are so large
// that their memory goes back to the system, and not to a heap between whose remains it stays.
import type { Frames } from '@muster/protocol';
import { Message } from '@muster/protocol';
import type { State, Task } from './state.ts';

/** Where requests are packed; a block is never written to again, for what was sent may still be read from it. */
export interface Packing {
  block: Uint8Array;
  used: number;
}

const blockBytes = 65_536;
/** The C library maps what is larger than 32 MiB for itself. */
const largeBlockBytes = 33 * 2 ** 20;
/** Of all unfinished requests; from here on blocks are large. */
const manyBytes = 32 * 2 ** 20;
/** Larger requests have memory of their own. */
const mostPackedBytes = 4096;
const mostFrames = 200;

export const createPacking = (): Packing => ({ block: new Uint8Array(0), used: 0 });

/** The request of a task that leaves: while it runs, which may be long, it keeps no large block. */
export function takeMessage(task: Task): Message {
  const { block, blockAt: from } = task;
  if (block !== undefined && block.length > blockBytes) {
    const size = packedSize(block[from]!, task.sizeBytes);
    task.message = new Message(unpack(block.slice(from, from + size), 0));
    task.block = undefined;
  }
  return messageOf(task);
}

/** The request, wherever it is kept. */
export function messageOf(task: Task): Message {
  return task.message ?? new Message(unpack(task.block!, task.blockAt));
}

/** Copies the request out of the blocks in which it was received. `soon`: it waits for nothing but its turn. */
export function keep(state: State, task: Task, soon: boolean): void {
  const { message } = task;
  if (task.kept || message === undefined) return;
  task.kept = true;
  if (soon && task.sizeBytes <= mostPackedBytes && message.frames.length <= mostFrames) pack(state, task, message);
  else task.message = new Message(ownFrames(message.frames));
}

/** Nothing waits any more: a large block is let go. */
export function letGo({ packing, tasks }: State): void {
  if (tasks.size === 0 && packing.block.length > blockBytes) Object.assign(packing, createPacking());
}

const packedSize = (frameCount: number, frameBytes: number): number => 1 + 2 * frameCount + frameBytes;

function makeRoom({ packing, bytes }: State, size: number): void {
  const isLarge = packing.block.length > blockBytes;
  if (packing.used + size <= packing.block.length && !(isLarge && bytes < manyBytes / 2)) return;
  packing.block = new Uint8Array(bytes < manyBytes ? blockBytes : largeBlockBytes);
  packing.used = 0;
}

/** Behind each other: the number of frames, their lengths in two bytes each, and their bytes. */
function pack(state: State, task: Task, { frames }: Message): void {
  const { packing } = state;
  const size = packedSize(frames.length, task.sizeBytes);
  makeRoom(state, size);
  const { block } = packing;
  let at = packing.used;
  task.block = block;
  task.blockAt = at;
  task.message = undefined;
  packing.used += size;
  block[at++] = frames.length;
  for (let i = 0; i < frames.length; i++) {
    const { length } = frames[i]!;
    block[at++] = length & 0xff;
    block[at++] = length >> 8;
  }
  for (let i = 0; i < frames.length; i++) {
    block.set(frames[i]!, at);
    at += frames[i]!.length;
  }
}

function unpack(block: Uint8Array, from: number): Frames {
  const count = block[from]!;
  const frames: Uint8Array[] = [];
  let lengthAt = from + 1;
  let at = lengthAt + 2 * count;
  for (let i = 0; i < count; i++, lengthAt += 2) {
    const length = block[lengthAt]! | (block[lengthAt + 1]! << 8);
    frames.push(block.subarray(at, at + length));
    at += length;
  }
  return frames;
}

/** Frames above this size have a memory block of their own, mostly. */
const ownBlockBytes = 65_536;

const isPinning = (frame: Uint8Array): boolean =>
  frame.length <= ownBlockBytes || frame.length * 2 < frame.buffer.byteLength;

/** One copy for all small frames. */
function ownFrames(frames: Frames): Frames {
  const size = frames.reduce((sum, frame) => sum + (isPinning(frame) ? frame.length : 0), 0);
  const block = new Uint8Array(size);
  let at = 0;
  return frames.map((frame) => {
    if (!isPinning(frame)) return frame;
    block.set(frame, at);
    at += frame.length;
    return block.subarray(at - frame.length, at);
  });
}
