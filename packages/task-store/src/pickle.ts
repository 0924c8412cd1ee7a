// A list of bytes as Python's pickle, in which ipyparallel's SQLite table keeps buffers (§5.5). Exactly that and nothing
// else: a pickle is a program, and what is not needed for a list of bytes is refused.

/** Largest item that has a length of 32 bits; SQLite takes none of half that size. */
const lengthLimit = 2 ** 32 - 1;

const op = {
  proto: 0x80,
  frame: 0x95,
  emptyList: 0x5d,
  mark: 0x28,
  appends: 0x65,
  append: 0x61,
  stop: 0x2e,
  shortBytes: 0x43,
  bytes: 0x42,
  bytes8: 0x8e,
  memoize: 0x94,
  binPut: 0x71,
  longBinPut: 0x72,
  binGet: 0x68,
  longBinGet: 0x6a,
} as const;

const headBytes = (length: number): number => (length < 256 ? 2 : 5);

/** Pickles a list of bytes in protocol 3, which Python 3 of any version reads. Throws RangeError for items over 4 GiB. */
export function writePickle(buffers: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(pickledBytes(buffers));
  writePickleInto(out, 0, buffers);
  return out;
}

/** How many bytes the pickle of that list has. */
export function pickledBytes(buffers: readonly Uint8Array[]): number {
  let size = 6;
  for (const { length } of buffers) size += headBytes(length) + length;
  return size;
}

/** As writePickle, into memory that has room for it. Returns where it ends. */
export function writePickleInto(out: Uint8Array, start: number, buffers: readonly Uint8Array[]): number {
  let at = start;
  out[at++] = op.proto;
  out[at++] = 3;
  out[at++] = op.emptyList;
  out[at++] = op.mark;
  for (const buffer of buffers) {
    const { length } = buffer;
    if (length > lengthLimit) throw new RangeError('an item has more than 4 GiB');
    out[at++] = length < 256 ? op.shortBytes : op.bytes;
    for (let shift = 0; shift < (length < 256 ? 8 : 32); shift += 8) out[at++] = length >>> shift;
    out.set(buffer, at);
    at += length;
  }
  out[at++] = op.appends;
  out[at++] = op.stop;
  return at;
}

/** A list under construction on the stack of the unpickler. */
type Item = Uint8Array | Uint8Array[] | 'mark';

/**
 * Reads a pickle of a list of bytes, of protocol 2 to 5. The items are views of `pickle`. Throws RangeError for anything
 * else.
 */
export function readPickle(pickle: Uint8Array): Uint8Array[] {
  const input = createInput(pickle);
  const stack: Item[] = [];
  const memo = new Map<number, Item>();
  for (;;) {
    const code = input.uint(1);
    switch (code) {
      case op.proto:
        input.skip(1);
        break;
      case op.frame:
        input.skip(8);
        break;
      case op.emptyList:
        stack.push([]);
        break;
      case op.mark:
        stack.push('mark');
        break;
      case op.shortBytes:
        stack.push(input.bytes(input.uint(1)));
        break;
      case op.bytes:
        stack.push(input.bytes(input.uint(4)));
        break;
      case op.bytes8:
        stack.push(input.bytes(input.uint(4) + 2 ** 32 * input.uint(4)));
        break;
      case op.memoize:
        memo.set(memo.size, top(stack));
        break;
      case op.binPut:
        memo.set(input.uint(1), top(stack));
        break;
      case op.longBinPut:
        memo.set(input.uint(4), top(stack));
        break;
      case op.binGet:
        stack.push(recall(memo, input.uint(1)));
        break;
      case op.longBinGet:
        stack.push(recall(memo, input.uint(4)));
        break;
      case op.append:
        append(stack, stack.splice(-1));
        break;
      case op.appends: {
        const mark = stack.lastIndexOf('mark');
        if (mark < 0) throw refused('no mark');
        append(stack, stack.splice(mark).slice(1));
        break;
      }
      case op.stop: {
        const [list, ...others] = stack;
        if (!Array.isArray(list) || others.length > 0) throw refused('the result is no list');
        return list;
      }
      default:
        throw refused(`opcode 0x${code.toString(16)}`);
    }
  }
}

const refused = (why: string): RangeError => new RangeError(`this is no pickle of a list of bytes (${why})`);

function top(stack: readonly Item[]): Item {
  const item = stack.at(-1);
  if (item === undefined || item === 'mark') throw refused('the stack is empty');
  return item;
}

function recall(memo: ReadonlyMap<number, Item>, index: number): Item {
  const item = memo.get(index);
  if (item === undefined) throw refused('an item is missing');
  return item;
}

function append(stack: readonly Item[], items: readonly Item[]): void {
  const list = top(stack);
  if (!Array.isArray(list)) throw refused('an append to what is no list');
  for (const item of items) {
    if (!(item instanceof Uint8Array)) throw refused('an item is not bytes');
    list.push(item);
  }
}

interface Input {
  /** The next unsigned number of 1 or 4 bytes, little-endian. */
  uint(length: 1 | 4): number;
  bytes(length: number): Uint8Array;
  skip(length: number): void;
}

function createInput(data: Uint8Array): Input {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let at = 0;
  const advance = (length: number): number => {
    if (length > data.length - at) throw refused('it ends too early');
    at += length;
    return at - length;
  };
  return {
    uint: (length) => (length === 1 ? view.getUint8(advance(1)) : view.getUint32(advance(4), true)),
    bytes(length) {
      const start = advance(length);
      return data.subarray(start, start + length);
    },
    skip: (length) => void advance(length),
  };
}
