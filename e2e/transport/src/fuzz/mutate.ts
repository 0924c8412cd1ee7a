// Damage: what a broken or hostile peer makes of a good stream.
import type { Random } from './random.ts';

/** Bytes that mean something as flags or sizes. */
const meaning = [0, 1, 2, 3, 4, 5, 6, 7, 8, 0x10, 0x20, 0x40, 0x7f, 0x80, 0xfe, 0xff];
const lengths = [
  0n,
  1n,
  255n,
  256n,
  2_000n,
  2_001n,
  65_536n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];

type Damage = (bytes: Buffer, at: number, random: Random) => Buffer;
const damages: readonly Damage[] = [
  (bytes, at, random) => overwrite(bytes, at, Buffer.of(bytes[at]! ^ (1 << random.below(8)))),
  (bytes, at, random) => overwrite(bytes, at, Buffer.of(random.pick(meaning))),
  (bytes, at, random) => overwrite(bytes, at, random.bytes(1 + random.below(8))),
  (bytes, at, random) => {
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(random.pick(lengths));
    return overwrite(bytes, at, length);
  },
  (bytes, at, random) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(10))]),
  (bytes, at, random) => Buffer.concat([bytes.subarray(0, at), random.bytes(1 + random.below(10)), bytes.subarray(at)]),
  (bytes, at, random) => {
    const from = random.below(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(from, from + 60), bytes.subarray(at)]);
  },
  (bytes, at) => bytes.subarray(0, at),
];

function overwrite(bytes: Buffer, at: number, by: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  by.copy(copy, at);
  return copy;
}

/** `intact`: so many bytes at the start are as they were. */
export function damage(good: Buffer, random: Random): { readonly bytes: Buffer; readonly intact: number } {
  let bytes = good;
  let intact = good.length;
  for (let left = random.below(3); left >= 0 && bytes.length > 0; left--) {
    // Half of it early, where headers are.
    const at = random.once(2) ? random.below(bytes.length) : random.below(Math.min(bytes.length, 130));
    bytes = random.pick(damages)(bytes, at, random);
    intact = Math.min(intact, at);
  }
  return { bytes, intact };
}
