// Writes as they go to the thread of the database: values ready to be bound.
import type { SQLInputValue } from 'node:sqlite';
import type { PendingWrite } from '../batched/write-batch.ts';
import { writePickle } from '../pickle.ts';
import type { WhenMissing } from '../port.ts';
import { memberKinds } from '../stored-record.ts';
import type { ColumnName } from './columns.ts';
import { columnOfMember } from './columns.ts';
import { toSqlValue } from './values.ts';

/** Output as it is set, and as it is added. */
export interface PackedText {
  /** Undefined: what is there stays. */
  readonly set: string | undefined;
  readonly added: string;
}

export interface PackedWrite {
  readonly msgId: string;
  readonly whenMissing: WhenMissing;
  readonly columns: readonly ColumnName[];
  readonly values: readonly SQLInputValue[];
  readonly stdout: PackedText;
  readonly stderr: PackedText;
  /** JSON text; undefined: what is there stays. */
  readonly displayData: string | null | undefined;
  readonly sizeBytes: number;
}

/** From this size on bytes are handed over, below they are copied, which is cheaper. */
const handedOverBytes = 16_384;

/** Packs writes, adding to `transfers` the memory that goes to the other thread with them. */
export function packWrites(writes: readonly PendingWrite[], transfers: ArrayBuffer[]): PackedWrite[] {
  return writes.map(({ msgId, whenMissing, fields, appendStdout, appendStderr, sizeBytes }) => {
    const { stdout, stderr, displayData, ...others } = fields;
    const columns: ColumnName[] = [];
    const values: SQLInputValue[] = [];
    for (const [member, value] of Object.entries(others)) {
      columns.push(columnOfMember[member] as ColumnName);
      values.push(Array.isArray(value) ? packBuffers(value, transfers) : toSqlValue(memberKinds[member]!, value));
    }
    const [out, err] = [
      { set: stdout, added: appendStdout },
      { set: stderr, added: appendStderr },
    ];
    return { msgId, whenMissing, columns, values, stdout: out, stderr: err, displayData, sizeBytes };
  });
}

/** No buffers are NULL, as in Python. */
function packBuffers(buffers: readonly Uint8Array[], transfers: ArrayBuffer[]): Uint8Array | null {
  if (buffers.length === 0) return null;
  const pickle = writePickle(buffers);
  if (pickle.length >= handedOverBytes) transfers.push(pickle.buffer);
  return pickle;
}
