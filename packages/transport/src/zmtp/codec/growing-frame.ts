// Memory for a frame of which the bytes come in pieces. A size is only a claim: at first a little is reserved, and the rest
// when that has come. What is reserved and was not written to costs addresses and no memory.
import { Breach } from '../breach.ts';

const firstBytes = 2 ** 20;
/** The second time, for most frames the last: then nothing but the first piece is copied. */
const secondBytes = 2 ** 28;
const growth = 4;

export interface GrowingFrame {
  /** How many bytes have come, and how many have not. */
  readonly received: number;
  readonly missing: number;
  /** Where the next bytes go; never empty while some are missing. */
  readonly room: Buffer;
  /** So many bytes of `room` were filled. Throws Breach when there is no memory. */
  filled(count: number): void;
  /** Copies what belongs to the frame and gives how much that was. */
  take(chunk: Buffer, from: number): number;
  /** The frame, when nothing is missing. */
  readonly bytes: Buffer;
}

function reserve(size: number): Buffer {
  try {
    return Buffer.allocUnsafeSlow(size);
  } catch {
    throw new Breach('frame_too_large', `there is no memory for its ${size} bytes`);
  }
}

export function createGrowingFrame(size: number): GrowingFrame {
  let bytes = reserve(Math.min(size, firstBytes));
  let length = 0;

  function filled(count: number): void {
    length += count;
    if (length < bytes.length || length === size) return;
    const larger = reserve(Math.min(size, Math.max(secondBytes, length * growth)));
    larger.set(bytes);
    bytes = larger;
  }
  return {
    get received() {
      return length;
    },
    get missing() {
      return size - length;
    },
    get room() {
      return bytes.subarray(length);
    },
    filled,
    take(chunk, from) {
      let at = from;
      while (at < chunk.length && length < size) {
        const count = Math.min(chunk.length - at, bytes.length - length);
        chunk.copy(bytes, length, at, at + count);
        filled(count);
        at += count;
      }
      return at - from;
    },
    get bytes() {
      return bytes;
    },
  };
}
