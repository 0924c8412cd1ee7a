// Memory for the bytes of many small records: blocks of 64 KiB that are only ever appended to, and used again as a whole when
// no record in them is left. A value that was written to the same block before, as the function of a thousand tasks is,
// is written once.

export interface Slab {
  readonly bytes: Buffer;
  /** Pieces in it that are in use. */
  pieces: number;
}

/** A value of a field of a record; its number is in the table of fields. */
export interface FieldValue {
  readonly field: number;
  readonly bytes: Uint8Array;
}

/** Values that were written together: in which slab, and where their table begins. */
export interface Piece {
  readonly slab: Slab;
  readonly at: number;
}

export interface Slabs {
  write(values: readonly FieldValue[]): Piece;
  /** A piece of that slab is not used any more. Its bytes may be written over, and so may views of them. */
  release(slab: Slab): void;
  /** Of all slabs in which there are pieces. */
  readonly sizeBytes: number;
}

const slabBytes = 65_536;
/** A piece that is larger has a slab of its own, with wider numbers in its table. */
const ownSlabBytes = slabBytes / 4;

/** So many slabs are kept when they are empty: new memory costs more than what is written to it. */
const spareLimit = 8;

/** Values of other lengths are hardly ever the same, or not worth a look. */
const [leastShared, mostShared] = [32, 4096];
/** Up to here a loop is faster than a call. */
const loopBytes = 64;

/** Number of values; then field, offset and length of each. */
const tableBytes = (values: number, width: number): number => width + values * (1 + 2 * width);
const widthOf = ({ bytes }: Slab): 2 | 4 => (bytes.length === slabBytes ? 2 : 4);

export function createSlabs(): Slabs {
  let current: Slab | undefined;
  let used = 0;
  let sizeBytes = 0;
  const spare: Buffer[] = [];
  /** Where the last value of each length is in the current slab, plus 1; 0 where there is none. */
  const recent = new Uint16Array(mostShared + 1);

  function open(size: number): Slab {
    sizeBytes += size;
    const bytes = size === slabBytes ? spare.pop() : undefined;
    return { bytes: bytes ?? Buffer.allocUnsafeSlow(size), pieces: 0 };
  }
  function forget({ pieces, bytes }: Slab): void {
    if (pieces > 0) return;
    sizeBytes -= bytes.length;
    if (bytes.length === slabBytes && spare.length < spareLimit) spare.push(bytes);
  }
  function put(bytes: Buffer, value: Uint8Array): number {
    const { length } = value;
    const isShared = length >= leastShared && length <= mostShared;
    if (isShared) {
      const known = recent[length]! - 1;
      if (known >= 0 && isAt(bytes, known, value)) return known;
      recent[length] = used + 1;
    }
    bytes.set(value, used);
    used += length;
    return used - length;
  }
  function writeOwn(values: readonly FieldValue[], valueBytes: number): Piece {
    const table = tableBytes(values.length, 4);
    // One byte more where it would be taken for a common one.
    const slab = open(table + valueBytes === slabBytes ? slabBytes + 1 : table + valueBytes);
    const { bytes } = slab;
    slab.pieces = 1;
    let next = bytes.writeUInt32LE(values.length, 0);
    let at = table;
    for (const { field, bytes: value } of values) {
      bytes.set(value, at);
      next = bytes.writeUInt8(field, next);
      next = bytes.writeUInt32LE(at, next);
      next = bytes.writeUInt32LE(value.length, next);
      at += value.length;
    }
    return { slab, at: 0 };
  }
  function openCommon(): Slab {
    if (current !== undefined) forget(current);
    used = 0;
    recent.fill(0);
    return open(slabBytes);
  }
  return {
    write(values) {
      let valueBytes = 0;
      for (let i = 0; i < values.length; i++) valueBytes += values[i]!.bytes.length;
      const table = tableBytes(values.length, 2);
      if (valueBytes + table > ownSlabBytes) return writeOwn(values, valueBytes);
      if (current === undefined || used + valueBytes + table > slabBytes) current = openCommon();
      const slab = current;
      const { bytes } = slab;
      const at = used;
      used += table;
      let next = write2(bytes, at, values.length);
      for (let i = 0; i < values.length; i++) {
        const { field, bytes: value } = values[i]!;
        bytes[next] = field;
        next = write2(bytes, next + 1, put(bytes, value));
        next = write2(bytes, next, value.length);
      }
      slab.pieces++;
      return { slab, at };
    },
    release(slab) {
      slab.pieces--;
      if (slab !== current) forget(slab);
    },
    get sizeBytes() {
      return sizeBytes;
    },
  };
}

function write2(bytes: Uint8Array, at: number, value: number): number {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  return at + 2;
}

function isAt(bytes: Buffer, at: number, value: Uint8Array): boolean {
  const { length } = value;
  const looped = Math.min(length, loopBytes);
  for (let i = 0; i < looped; i++) if (bytes[at + i] !== value[i]) return false;
  return length === looped || bytes.compare(value, looped, length, at + looped, at + length) === 0;
}

/** The values of a piece in their order; the bytes are views. `wanted`: only of these fields. */
export function readPiece({ slab, at }: Piece, wanted: (field: number) => boolean): FieldValue[] {
  const { bytes } = slab;
  const width = widthOf(slab);
  let next = at;
  const read = (size: number): number => {
    let value = 0;
    for (let i = 0; i < size; i++) value += bytes[next++]! * 2 ** (8 * i);
    return value;
  };
  const values: FieldValue[] = [];
  for (let left = read(width); left > 0; left--) {
    const field = read(1);
    const offset = read(width);
    const length = read(width);
    if (wanted(field)) values.push({ field, bytes: bytes.subarray(offset, offset + length) });
  }
  return values;
}
