// In the thread of the database: what was packed, as values ready to be bound. Writes of one task become one where nothing is
// lost by it: a task that begins and ends within a batch is one row to write, not three.
import type { SQLInputValue } from 'node:sqlite';
import { joins, overheadBytes } from '../batched/write-batch.ts';
import { wireNames } from '../fields.ts';
import type { WhenMissing } from '../port.ts';
import { dictText } from '../stored-record.ts';
import type { PackedBatch } from './packed-batch.ts';
import { addedStderr, addedStdout, lengthBytes, markOf, whens } from './packed-form.ts';
import { dateText } from './values.ts';

/** Output as it is set, and as it is added. */
export interface OutputWrite {
  /** Undefined: what is there stays. */
  set: string | undefined;
  added: string;
}

export interface RowWrite {
  readonly msgId: string;
  readonly whenMissing: WhenMissing;
  /** By number of the wire name; what is not set stays as it is. */
  readonly values: (SQLInputValue | undefined)[];
  /** A bit for each of those that are set. */
  columns: number;
  readonly stdout: OutputWrite;
  readonly stderr: OutputWrite;
  /** JSON text; undefined: what is there stays. */
  displayData: string | null | undefined;
  sizeBytes: number;
}

const [stdout, stderr] = [wireNames.indexOf('stdout'), wireNames.indexOf('stderr')];
const displayData = wireNames.indexOf('display_data');

/** The writes of a batch in their order. */
export function unpackBatch({ blocks, texts }: PackedBatch): RowWrite[] {
  const writes: RowWrite[] = [];
  const latest = new Map<string, RowWrite>();
  function open(msgId: string, whenMissing: WhenMissing): RowWrite {
    const last = latest.get(msgId);
    if (last !== undefined && joins(last.whenMissing, whenMissing)) return last;
    const write = createRowWrite(msgId, whenMissing);
    writes.push(write);
    latest.set(msgId, write);
    return write;
  }
  for (const { memory, usedBytes } of blocks) {
    const input = createInput(Buffer.from(memory), texts);
    for (let at = 0; at < usedBytes; ) {
      const end = input.begin(at);
      const when = whens[input.byte()]!;
      const write = open(input.text(), when);
      write.sizeBytes += end - at;
      while (input.at < end) setMember(write, input.byte(), input);
      at = end;
    }
  }
  return writes;
}

const createRowWrite = (msgId: string, whenMissing: WhenMissing): RowWrite => ({
  msgId,
  whenMissing,
  values: new Array(wireNames.length),
  columns: 0,
  stdout: { set: undefined, added: '' },
  stderr: { set: undefined, added: '' },
  displayData: undefined,
  sizeBytes: overheadBytes,
});

function setMember(write: RowWrite, member: number, input: Input): void {
  const value = input.value();
  switch (member) {
    case addedStdout:
      write.stdout.added += value as string;
      break;
    case addedStderr:
      write.stderr.added += value as string;
      break;
    case stdout:
      setOutput(write.stdout, value as string);
      break;
    case stderr:
      setOutput(write.stderr, value as string);
      break;
    case displayData:
      write.displayData = value as string | null;
      break;
    default:
      write.values[member] = value;
      write.columns |= 1 << member;
  }
}

/** What was added before goes with the text that it was added to. */
function setOutput(output: OutputWrite, text: string): void {
  output.set = text;
  output.added = '';
}

interface Input {
  readonly at: number;
  /** Reads a write from there on; returns where it ends. */
  begin(at: number): number;
  byte(): number;
  text(): string;
  value(): SQLInputValue;
}

function createInput(bytes: Buffer<SharedArrayBuffer>, texts: readonly string[]): Input {
  let at = 0;
  function length(): number {
    at += lengthBytes;
    return bytes.readUIntLE(at - lengthBytes, lengthBytes);
  }
  function piece(): Buffer<SharedArrayBuffer> {
    const size = length();
    at += size;
    return bytes.subarray(at - size, at);
  }
  function text(): string {
    const size = length();
    at += size;
    return bytes.toString('utf8', at - size, at);
  }
  function value(): SQLInputValue {
    switch (bytes[at++]) {
      case markOf.text:
        return text();
      case markOf.dict:
        return dictText(piece());
      case markOf.shared:
        at += 2;
        return texts[bytes.readUInt16LE(at - 2)]!;
      case markOf.moment:
        at += 8;
        return dateText(bytes.readDoubleLE(at - 8));
      case markOf.bytes:
        return piece();
      default:
        return null;
    }
  }
  return {
    get at() {
      return at;
    },
    begin(start) {
      at = start;
      return start + length();
    },
    byte: () => bytes[at++]!,
    text,
    value,
  };
}
