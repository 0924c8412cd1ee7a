// Kept facts in memory: how much they hold, and how they hold no more than that.
import { Message } from '@muster/protocol';
import type { KeptFact } from '../facts.ts';

/** What a fact costs besides its frames, about. */
const overheadBytes = 300;
/** Larger frames have blocks of their own. */
const smallFrameBytes = 64 * 1024;

export const sizeOf = (fact: KeptFact): number =>
  'message' in fact
    ? fact.message.frames.reduce((sum, frame) => sum + frame.length + 50, overheadBytes)
    : overheadBytes;

/** signature, header, parent_header, metadata, content (§3.1). */
const fewestFrames = 5;

/** What a bus carries of a fact: the buffers of a larger one stay behind, so there is no use in keeping them. */
export function carriedOf(fact: KeptFact, maxBytes: number): KeptFact {
  if (!('message' in fact) || sizeOf(fact) <= maxBytes) return fact;
  const { frames, buffers } = fact.message;
  const leftOutBytes = buffers.reduce((sum, { length }) => sum + length, fact.leftOutBytes ?? 0);
  return { ...fact, message: new Message(frames.slice(0, fewestFrames)), leftOutBytes };
}

/** The fact with the small frames of its message copied, into one block. */
export function copyOf(fact: KeptFact): KeptFact {
  if (!('message' in fact)) return fact;
  const { frames } = fact.message;
  const small = frames.reduce((sum, { length }) => sum + (length < smallFrameBytes ? length : 0), 0);
  const block = Buffer.allocUnsafeSlow(small);
  let at = 0;
  const copies = frames.map((frame) => {
    if (frame.length >= smallFrameBytes) return frame;
    block.set(frame, at);
    at += frame.length;
    return block.subarray(at - frame.length, at);
  });
  return { ...fact, message: new Message(copies) };
}
