// Messages that both ends can make up, so that they need not be carried from one to the other to be compared.
import type { Frames } from '@muster/protocol';

const period = 65_521;

/** A large frame, the same as patterned() of peer.py: its period is a prime, so that a shift of any block is seen. */
export function patterned(seed: number, size: number): Buffer {
  const block = Buffer.alloc(Math.min(size, period));
  for (let i = 0; i < block.length; i++) block[i] = seed + i * 7 + (i >> 8);
  return size === 0 ? block : Buffer.alloc(size, block);
}

/** The n-th of a run: its number, an empty frame, up to 299 bytes, and 100 kB every now and then; as nth_message() of peer.py. */
export const nthMessage = (n: number): Frames => [
  bytesOf(String(n)),
  new Uint8Array(0),
  new Uint8Array(n % 300).fill(n % 256),
  new Uint8Array(n % 97 === 0 ? 100_000 : 0).fill(7),
];

export const isNth = (frames: Frames, n: number): boolean => sameFrames(frames, nthMessage(n));

export const sameFrames = (a: Frames, b: Frames): boolean =>
  a.length === b.length && a.every((frame, i) => Buffer.compare(frame, b[i]!) === 0);

/** Places in a run, from `first`, of messages that are not the n-th. */
export const wrongOnes = (run: readonly Frames[], first = 0): number[] =>
  run.flatMap((frames, i) => (isNth(frames, first + i) ? [] : [first + i]));

/** One character a byte. */
export const bytesOf = (words: string): Buffer => Buffer.from(words, 'latin1');
export const textOf = (frame: Uint8Array | undefined): string => Buffer.from(frame ?? []).toString('latin1');
