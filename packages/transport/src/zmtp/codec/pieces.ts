import type { Frames } from '@muster/protocol';
import { flags, headerBytes, writeHeader } from './frames.ts';

/** Frames from this size on are written as they are. */
const wholeFrom = 16_384;

/**
 * A message as pieces to be written one after the other: headers and small frames copied together, large frames as views
 * of at most `largest` bytes.
 */
export function piecesOf(frames: Frames, largest: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let i = 0; i < frames.length; ) {
    const end = endOfRun(frames, i, largest);
    pieces.push(packRun(frames, i, end));
    const large = frames[end - 1]!;
    if (large.length >= wholeFrom)
      for (let at = 0; at < large.length; at += largest) pieces.push(large.subarray(at, at + largest));
    i = end;
  }
  return pieces;
}

/** A run ends behind a large frame, or when it is long enough. */
function endOfRun(frames: Frames, start: number, largest: number): number {
  let size = 0;
  for (let i = start; i < frames.length; i++) {
    size += frames[i]!.length;
    if (frames[i]!.length >= wholeFrom || size >= largest) return i + 1;
  }
  return frames.length;
}

/** Headers and small frames from `start` to `end`; of a large frame its header. */
function packRun(frames: Frames, start: number, end: number): Buffer {
  let size = 0;
  for (let i = start; i < end; i++) {
    const { length } = frames[i]!;
    size += headerBytes(length) + (length >= wholeFrom ? 0 : length);
  }
  const block = Buffer.allocUnsafeSlow(size);
  for (let i = start, at = 0; i < end; i++) {
    const frame = frames[i]!;
    at = writeHeader(block, at, i === frames.length - 1 ? 0 : flags.more, frame.length);
    if (frame.length >= wholeFrom) continue;
    block.set(frame, at);
    at += frame.length;
  }
  return block;
}
