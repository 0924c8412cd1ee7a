// Frames on the wire (ZMTP 3): flags, a size of 1 or 8 bytes, the body.
import type { Frames } from '@muster/protocol';

export const flags = { more: 1, long: 2, command: 4 } as const;
/** Bits that must be zero. */
export const reservedFlags = 0xf8;
const largestShort = 255;

/** Length of the header of a frame of that size. */
export const headerBytes = (size: number): number => (size > largestShort ? 9 : 2);

/** Gives the place behind it. */
export function writeHeader(target: Uint8Array, at: number, kind: number, size: number): number {
  if (size <= largestShort) {
    target[at] = kind;
    target[at + 1] = size;
    return at + 2;
  }
  target[at] = kind | flags.long;
  const [high, low] = [Math.floor(size / 2 ** 32), size >>> 0];
  target[at + 1] = target[at + 2] = 0;
  target[at + 3] = (high >>> 8) & 255;
  target[at + 4] = high & 255;
  target[at + 5] = low >>> 24;
  target[at + 6] = (low >>> 16) & 255;
  target[at + 7] = (low >>> 8) & 255;
  target[at + 8] = low & 255;
  return at + 9;
}

/** The size in a long header, of which the first byte is at `at`. Above 2 ** 53 it is not exact, and far above any limit. */
export function readLongSize(source: Uint8Array, at: number): number {
  let size = 0;
  for (let i = 0; i < 8; i++) size = size * 256 + source[at + i]!;
  return size;
}

/** What a message takes on the wire. */
export function wireBytes(frames: Frames): number {
  let sum = 0;
  for (let i = 0; i < frames.length; i++) {
    const { length } = frames[i]!;
    sum += length + headerBytes(length);
  }
  return sum;
}

/** Writes a whole message and gives the place behind it. */
export function writeMessage(target: Uint8Array, start: number, frames: Frames): number {
  let at = start;
  const last = frames.length - 1;
  for (let i = 0; i <= last; i++) {
    const frame = frames[i]!;
    at = writeHeader(target, at, i === last ? 0 : flags.more, frame.length);
    target.set(frame, at);
    at += frame.length;
  }
  return at;
}
