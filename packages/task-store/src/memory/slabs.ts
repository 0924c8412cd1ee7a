// Memory for the bytes of many small records: blocks of 64 KiB that are only ever appended to, and collected as a whole when
// no record in them is left. A value that was written to the same block before, as the function of a thousand tasks is,
// is written once.

export interface Slab {
  readonly bytes: Uint8Array;
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
  /** A piece of that slab is not used any more. */
  release(slab: Slab): void;
  /** Of all slabs in which there are pieces. */
  readonly sizeBytes: number;
}

const slabBytes = 65_536;
/** A piece that is larger has a slab of its own, with wider numbers in its table. */
const ownSlabBytes = slabBytes / 4;

/** Number of values; then field, offset and length of each. */
const tableBytes = (values: number, width: number): number => width + values * (1 + 2 * width);
const widthOf = ({ bytes }: Slab): 2 | 4 => (bytes.length === slabBytes ? 2 : 4);

export function createSlabs(): Slabs {
  let current: Slab | undefined;
  let used = 0;
  let sizeBytes = 0;
  /** Where the last value of each length is in the current slab. */
  const recent = new Map<number, number>();

  function open(size: number): Slab {
    sizeBytes += size;
    return { bytes: new Uint8Array(size), pieces: 0 };
  }
  function forget(slab: Slab): void {
    if (slab.pieces === 0) sizeBytes -= slab.bytes.length;
  }
  function put(slab: Slab, value: Uint8Array): number {
    const known = recent.get(value.length);
    if (known !== undefined && isAt(slab.bytes, known, value)) return known;
    slab.bytes.set(value, used);
    recent.set(value.length, used);
    used += value.length;
    return used - value.length;
  }
  function writeOwn(values: readonly FieldValue[], valueBytes: number): Piece {
    const table = tableBytes(values.length, 4);
    // One byte more where it would be taken for a common one.
    const slab = open(table + valueBytes === slabBytes ? slabBytes + 1 : table + valueBytes);
    let at = table;
    const offsets = values.map(({ bytes }) => {
      slab.bytes.set(bytes, at);
      at += bytes.length;
      return at - bytes.length;
    });
    slab.pieces = 1;
    writeTable(slab, 0, values, offsets);
    return { slab, at: 0 };
  }
  return {
    write(values) {
      const valueBytes = values.reduce((sum, { bytes }) => sum + bytes.length, 0);
      const table = tableBytes(values.length, 2);
      if (valueBytes + table > ownSlabBytes) return writeOwn(values, valueBytes);
      if (current === undefined || used + valueBytes + table > slabBytes) {
        if (current !== undefined) forget(current);
        current = open(slabBytes);
        used = 0;
        recent.clear();
      }
      const slab = current;
      const offsets = values.map(({ bytes }) => put(slab, bytes));
      const at = used;
      used += table;
      slab.pieces++;
      writeTable(slab, at, values, offsets);
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

function isAt(bytes: Uint8Array, at: number, value: Uint8Array): boolean {
  for (let i = 0; i < value.length; i++) if (bytes[at + i] !== value[i]) return false;
  return true;
}

function writeTable(slab: Slab, at: number, values: readonly FieldValue[], offsets: readonly number[]): void {
  const { bytes } = slab;
  const width = widthOf(slab);
  let next = at;
  const write = (value: number, size: number): void => {
    for (let i = 0; i < size; i++) bytes[next++] = value >>> (8 * i);
  };
  write(values.length, width);
  for (const [i, { field, bytes: value }] of values.entries()) {
    write(field, 1);
    write(offsets[i]!, width);
    write(value.length, width);
  }
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
