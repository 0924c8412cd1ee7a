// Writes that wait to be stored together. Those of one task become one where nothing is lost by it: a task that begins and
// ends within the wait is one row to write, not four.
import type { TaskPatch, WhenMissing } from '../port.ts';
import type { StoredRecord } from '../stored-record.ts';
import { memberKinds, ownText, ownValue, sizeOf } from '../stored-record.ts';

/** A write as stores apply it: `fields` are set, then text is added to stdout and stderr. */
export interface PendingWrite {
  readonly msgId: string;
  readonly whenMissing: WhenMissing;
  /** Values are the store's own: copied bytes, dictionaries as JSON text. */
  readonly fields: Partial<StoredRecord>;
  appendStdout: string;
  appendStderr: string;
  sizeBytes: number;
}

/** `T`: what a database takes of them. */
export interface WriteBatch<T> {
  readonly count: number;
  readonly sizeBytes: number;
  add(msgId: string, patch: TaskPatch, whenMissing: WhenMissing): void;
  /** Gives all writes, in order, and forgets them. */
  take(): T;
  /** What was taken is done with. */
  release(taken: T): void;
}

/** What a write counts beside its bytes. */
export const overheadBytes = 200;

export function createWriteBatch(): WriteBatch<readonly PendingWrite[]> {
  let writes: PendingWrite[] = [];
  let latest = new Map<string, PendingWrite>();
  let sizeBytes = 0;

  function open(msgId: string, whenMissing: WhenMissing): PendingWrite {
    const last = latest.get(msgId);
    if (last !== undefined && joins(last.whenMissing, whenMissing)) return last;
    const write = { msgId, whenMissing, fields: {}, appendStdout: '', appendStderr: '', sizeBytes: overheadBytes };
    writes.push(write);
    latest.set(msgId, write);
    sizeBytes += overheadBytes;
    return write;
  }
  return {
    get count() {
      return writes.length;
    },
    get sizeBytes() {
      return sizeBytes;
    },
    add(msgId, patch, whenMissing) {
      const write = open(msgId, whenMissing);
      const grown = merge(write, patch);
      write.sizeBytes += grown;
      sizeBytes += grown;
    },
    take() {
      const taken = writes;
      writes = [];
      latest = new Map();
      sizeBytes = 0;
      return taken;
    },
    release() {},
  };
}

/** After a write that creates, the record is there, whatever the next one would do without. */
export const joins = (first: WhenMissing, second: WhenMissing): boolean =>
  first === 'create' || first === second || (first === 'stub' && second === 'ignore');

/** Returns by how many bytes the write has grown. */
function merge(write: PendingWrite, { appendStdout, appendStderr, ...fields }: TaskPatch): number {
  const kept = write.fields as Record<string, unknown>;
  let grown = 0;
  for (const [member, given] of Object.entries(fields)) {
    if (given === undefined) continue;
    const value = ownValue(memberKinds[member], given);
    grown += sizeOf(value) - sizeOf(kept[member]);
    kept[member] = value;
    // What was added before goes with the text that it was added to.
    if (member === 'stdout') grown -= write.appendStdout.length;
    if (member === 'stdout') write.appendStdout = '';
    if (member === 'stderr') grown -= write.appendStderr.length;
    if (member === 'stderr') write.appendStderr = '';
  }
  write.appendStdout += ownText(appendStdout ?? '');
  write.appendStderr += ownText(appendStderr ?? '');
  return grown + (appendStdout?.length ?? 0) + (appendStderr?.length ?? 0);
}
