// What the writes of one batch to one task come to, given what is known of its record.
import type { PendingWrite } from '../batched/write-batch.ts';
import type { StoredRecord } from '../stored-record.ts';
import type { TextLimit } from '../text.ts';

/** What was read of a record before it is written. */
export interface KnownRecord {
  readonly stdout: string;
  readonly stderr: string;
  /** This very batch has added its output already: an answer was lost on the way. */
  readonly hasOutput: boolean;
}

export interface Outcome {
  readonly msgId: string;
  readonly fields: Partial<StoredRecord>;
  /** False: without a record nothing is written. */
  readonly creates: boolean;
  /** Output was added, which must not happen twice. */
  readonly addsOutput: boolean;
}

/** Writes from this size on are read before, so that no parts are put for a record that is not there. */
const largeBytes = 65_536;

/** Does one have to know the record to write this? */
export const needsReading = (writes: readonly PendingWrite[]): boolean =>
  writes.length > 1 ||
  writes.some(
    (write) =>
      write.whenMissing === 'stub' ||
      write.appendStdout !== '' ||
      write.appendStderr !== '' ||
      write.sizeBytes > largeBytes,
  );

/** A write that needs no reading. */
export const settleUnread = ({ msgId, fields, whenMissing }: PendingWrite): Outcome => ({
  msgId,
  fields,
  creates: whenMissing === 'create',
  addsOutput: false,
});

/**
 * `known`: undefined when there is no record. `isExpired`: there was one, and no stub is made for it. Undefined when nothing
 * is to be written.
 */
export function settle(
  writes: readonly PendingWrite[],
  known: KnownRecord | undefined,
  isExpired: boolean,
  limit: TextLimit,
): Outcome | undefined {
  let isThere = known !== undefined;
  let addsOutput = false;
  let { stdout, stderr } = known ?? { stdout: '', stderr: '' };
  const fields: Record<string, unknown> = {};
  for (const write of writes) {
    if (!isThere && (write.whenMissing === 'ignore' || (write.whenMissing === 'stub' && isExpired))) continue;
    isThere = true;
    Object.assign(fields, write.fields);
    stdout = limit.append(write.fields.stdout ?? stdout, write.appendStdout);
    stderr = limit.append(write.fields.stderr ?? stderr, write.appendStderr);
    addsOutput ||= write.appendStdout !== '' || write.appendStderr !== '';
  }
  if (!isThere) return undefined;
  if (addsOutput) Object.assign(fields, { stdout, stderr });
  if (known?.hasOutput) {
    delete fields.stdout;
    delete fields.stderr;
  }
  return { msgId: writes[0]!.msgId, fields, creates: known === undefined, addsOutput };
}
