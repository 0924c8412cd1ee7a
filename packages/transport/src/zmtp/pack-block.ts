// Memory into which small frames are packed for one write. A block that the kernel has taken at once is used again for the
// next write, whichever connection that is on; else it belongs to the stream, and the next one begins behind it.

const slabBytes = 2 ** 20;
/** Blocks are no larger. */
export const largestBlock = 2 ** 17;

export interface PackBlock {
  /** At most `largestBlock` bytes, until the next call. */
  reserve(size: number): Buffer;
  /** What was reserved last is in use for longer. */
  keep(): void;
}

export function createPackBlock(): PackBlock {
  let slab = Buffer.allocUnsafeSlow(slabBytes);
  let used = 0;
  let reserved = 0;
  return {
    reserve(size) {
      if (used + size > slabBytes) {
        slab = Buffer.allocUnsafeSlow(slabBytes);
        used = 0;
      }
      reserved = size;
      return slab.subarray(used, used + size);
    },
    keep() {
      used += reserved;
      reserved = 0;
    },
  };
}
