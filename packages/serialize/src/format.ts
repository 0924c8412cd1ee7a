// The layout of a packed value. Frame 0, the head: the 16 bytes below, then V8's structured clone of the value. Frames 1…n:
// first the large ArrayBuffers, then the large views (typed arrays, DataViews, Buffers), in the order of their ids.
//
//   0…3    'MSTR'           a Python pickle starts with 0x80, so the two cannot be mixed up
//   4      format version   1
//   5      flags            bit 0: a list of error details follows the value
//   6…7    0
//   8…11   number of frames that hold ArrayBuffers      (32 bits, little endian)
//   12…15  number of all frames, the head included      (32 bits, little endian)
import { MusterError } from '@muster/protocol';

export const magic = [0x4d, 0x53, 0x54, 0x52] as const;
export const formatVersion = 1;
export const headBytes = 16;
export const flagErrors = 1;

/** Views at or above this many bytes travel as frames of their own. */
export const defaultThresholdBytes = 1024;

/** How many frames one value may have; a guard against nonsense. */
export const maxFrames = 1_000_000;

/** What a host object in the clone stands for. Views carry 0…13, see viewKinds. */
export const hostError = 100;
export const hostReference = 101;
export const hostFunction = 102;

type ViewConstructor = (new (
  buffer: ArrayBuffer,
  byteOffset: number,
  length: number,
) => ArrayBufferView) & {
  readonly BYTES_PER_ELEMENT?: number;
};

declare const Float16Array: ViewConstructor;

/** Kinds of views by their number on the wire. Only ever append. */
export const viewKinds: readonly { readonly name: string; readonly make: ViewConstructor; readonly unit: number }[] = [
  { name: 'Uint8Array', make: Uint8Array, unit: 1 },
  // A Buffer is made by Buffer.from; `make` is not used for it.
  { name: 'Buffer', make: Uint8Array, unit: 1 },
  { name: 'Int8Array', make: Int8Array, unit: 1 },
  { name: 'Uint8ClampedArray', make: Uint8ClampedArray, unit: 1 },
  { name: 'Int16Array', make: Int16Array, unit: 2 },
  { name: 'Uint16Array', make: Uint16Array, unit: 2 },
  { name: 'Int32Array', make: Int32Array, unit: 4 },
  { name: 'Uint32Array', make: Uint32Array, unit: 4 },
  { name: 'Float32Array', make: Float32Array, unit: 4 },
  { name: 'Float64Array', make: Float64Array, unit: 8 },
  { name: 'BigInt64Array', make: BigInt64Array, unit: 8 },
  { name: 'BigUint64Array', make: BigUint64Array, unit: 8 },
  { name: 'DataView', make: DataView, unit: 1 },
  { name: 'Float16Array', make: Float16Array, unit: 2 },
];

const kindByName = new Map(viewKinds.map((kind, number) => [kind.name, number]));

/** The number of a view's kind. Works for views of other realms and for subclasses. */
export function viewKind(view: ArrayBufferView): number {
  if (Buffer.isBuffer(view)) return 1;
  return kindByName.get(Object.prototype.toString.call(view).slice(8, -1)) ?? kindByName.get('DataView')!;
}

/** The bytes of a view as an Uint8Array over the same memory; copied when that memory is shared between threads. */
export function viewBytes(view: ArrayBufferView): Uint8Array {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  return view.buffer instanceof ArrayBuffer || !(view.buffer instanceof SharedArrayBuffer) ? bytes : bytes.slice();
}

export const badValue = (why: string): MusterError => new MusterError('bad_value', `not a packed value: ${why}`);
