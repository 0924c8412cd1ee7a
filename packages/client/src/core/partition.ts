// Splitting sequences over engines and putting them together again.
import { MusterError } from '@muster/protocol';

/** What scatter takes: arrays, typed arrays and Buffers. */
export type Sequence<T = unknown> = readonly T[] | TypedArray;

export type TypedArray =
  | Uint8Array
  | Int8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** Start of each of `parts` parts, and the end: the first parts take one more when it does not come out even. */
export function bounds(length: number, parts: number): number[] {
  const least = Math.floor(length / parts);
  const longer = length % parts;
  return Array.from({ length: parts + 1 }, (_, i) => i * least + Math.min(i, longer));
}

/** Contiguous parts; of typed arrays and Buffers they are views of the same memory. */
export function partition<S extends Sequence>(sequence: S, parts: number): S[] {
  const at = bounds(sequence.length, parts);
  const cut = (start: number, end: number): S =>
    (ArrayBuffer.isView(sequence) ? sequence.subarray(start, end) : sequence.slice(start, end)) as S;
  return Array.from({ length: parts }, (_, i) => cut(at[i]!, at[i + 1]!));
}

/**
 * One sequence of many: arrays become one array, typed arrays of one kind one typed array, Buffers one Buffer.
 * Throws MusterError `bad_value` when a part is no sequence, or the kinds differ.
 */
export function join(parts: readonly unknown[]): Sequence {
  const [first] = parts;
  if (parts.every((part) => Array.isArray(part))) return parts.flat();
  if (!ArrayBuffer.isView(first) || parts.some((part) => Object(part).constructor !== first.constructor))
    throw new MusterError('bad_value', 'the parts are not sequences of one kind', 'Gather a name that was scattered.');
  const views = parts as Uint8Array[];
  const length = views.reduce((sum, view) => sum + view.length, 0);
  if (Buffer.isBuffer(first)) return Buffer.concat(views);
  const whole = new (first.constructor as new (length: number) => Uint8Array)(length);
  let at = 0;
  for (const view of views) {
    whole.set(view, at);
    at += view.length;
  }
  return whole;
}

/** Pieces of `size` items. */
export function chunks<T>(items: readonly T[], size: number): (readonly T[])[] {
  const out: (readonly T[])[] = [];
  for (let at = 0; at < items.length; at += size) out.push(items.slice(at, at + size));
  return out;
}
