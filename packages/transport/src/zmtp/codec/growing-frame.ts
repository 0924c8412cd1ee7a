// Memory for a frame of which the bytes come in pieces. A size is only a claim: memory is reserved as bytes arrive, at
// first a little, then up to so many times what has come. What was not written to costs no memory but addresses.

const firstBytes = 2 ** 20;
const growth = 16;

export interface GrowingFrame {
  /** How many bytes have not come yet. */
  readonly missing: number;
  /** Where the next bytes go; never empty while some are missing. */
  readonly room: Buffer;
  /** So many bytes of `room` were filled. */
  filled(count: number): void;
  /** Copies what belongs to the frame and gives how much that was. */
  take(chunk: Buffer, from: number): number;
  readonly reservedBytes: number;
  /** The frame, when nothing is missing. */
  readonly bytes: Buffer;
}

export function createGrowingFrame(size: number): GrowingFrame {
  let bytes = Buffer.allocUnsafeSlow(Math.min(size, firstBytes));
  let length = 0;

  function filled(count: number): void {
    length += count;
    if (length < bytes.length || length === size) return;
    const larger = Buffer.allocUnsafeSlow(Math.min(size, length * growth));
    larger.set(bytes);
    bytes = larger;
  }
  return {
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
    get reservedBytes() {
      return bytes.length;
    },
    get bytes() {
      return bytes;
    },
  };
}
