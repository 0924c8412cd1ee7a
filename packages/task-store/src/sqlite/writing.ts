// Batches of writes into the table, and the limits of what is kept.
import type { SQLInputValue } from 'node:sqlite';
import type { Microseconds } from '@muster/protocol';
import { parseDate } from '@muster/protocol';
import type { RecentIds } from '../recent-ids.ts';
import { createTextLimit } from '../text.ts';
import { quoted } from './columns.ts';
import type { OpenedTable } from './open.ts';
import type { PackedText, PackedWrite } from './packed-write.ts';
import { sqliteCodeOf } from './sqlite-errors.ts';
import type { Statements } from './statements.ts';
import { dateText } from './values.ts';

export interface TableLimits {
  /** Most records kept in the table. */
  readonly recordLimit: number;
  /** Most bytes of the file in use; what other tables held when it was opened does not count. */
  readonly sizeLimitBytes: number;
  /** The part of a limit that is freed when it is passed, 0 to 1. */
  readonly cullFraction: number;
  /** Most characters of stdout, and of stderr, kept of one task. */
  readonly textLimitChars: number;
}

export interface TableWriter {
  /** Stores all writes, or none and throws what node:sqlite throws. */
  apply(writes: readonly PackedWrite[]): void;
  /** Deletes rows by their rowid, in one go. */
  deleteRows(rowids: () => readonly number[]): void;
  /** Deletes rows whose result came before that moment. */
  expire(receivedBefore: Microseconds): void;
}

export function createTableWriter(
  opened: OpenedTable,
  prepare: Statements,
  limits: TableLimits,
  expired: RecentIds,
): TableWriter {
  const { db } = opened;
  const [table, extraTable] = [quoted(opened.table), quoted(opened.extraTable)];
  const textLimit = createTextLimit(limits.textLimitChars);
  db.function('append_output', { deterministic: true }, (text, piece) =>
    textLimit.append((text as string | null) ?? '', piece as string),
  );
  const pragma = (name: string): number => Object.values(prepare(`PRAGMA ${name}`).get()!)[0] as number;
  const pageBytes = pragma('page_size');
  const usedBytes = (): number => (pragma('page_count') - pragma('freelist_count')) * pageBytes;
  const countRows = (): number => prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n as number;
  const othersBytes = opened.shared ? usedBytes() : 0;
  let count = countRows();

  function inTransaction(work: () => void): void {
    const before = count;
    try {
      db.exec('BEGIN IMMEDIATE');
      work();
      db.exec('COMMIT');
    } catch (error) {
      count = before;
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }
  function drop(msgId: string): void {
    count -= Number(prepare(`DELETE FROM ${table} WHERE msg_id = ?`).run(msgId).changes);
  }
  function applyOne(write: PackedWrite): void {
    const { msgId, whenMissing } = write;
    const known = prepare(`SELECT 1 FROM ${table} WHERE msg_id = ?`).get(msgId) !== undefined;
    if (!known && (whenMissing === 'ignore' || (whenMissing === 'stub' && expired.has(msgId)))) return;
    try {
      if (write.sizeBytes > limits.sizeLimitBytes) throw tooLarge;
      if (known) update(write);
      else insert(write);
      if (write.displayData !== undefined) setDisplayData(msgId, write.displayData);
    } catch (error) {
      if (error !== tooLarge && sqliteCodeOf(error) !== 'TOOBIG') throw error;
      // What is too large by itself goes alone, instead of everybody else.
      drop(msgId);
      expired.add(msgId);
    }
  }
  function insert({ msgId, columns, values, stdout, stderr }: PackedWrite): void {
    const names = ['msg_id', 'stdout', 'stderr', ...columns];
    const whole = ({ set, added }: PackedText): string => textLimit.append(set ?? '', added);
    prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`).run(
      msgId,
      whole(stdout),
      whole(stderr),
      ...values,
    );
    expired.delete(msgId);
    count++;
  }
  function update(write: PackedWrite): void {
    const sets = write.columns.map((name) => `${name} = ?`);
    const args: SQLInputValue[] = [...write.values];
    for (const name of ['stdout', 'stderr'] as const) {
      const { set, added } = write[name];
      if (set === undefined && added === '') continue;
      sets.push(set === undefined ? `${name} = append_output(${name}, ?)` : `${name} = ?`);
      args.push(set === undefined ? added : textLimit.append(set, added));
    }
    if (sets.length > 0) prepare(`UPDATE ${table} SET ${sets.join(', ')} WHERE msg_id = ?`).run(...args, write.msgId);
  }
  function setDisplayData(msgId: string, text: string | null): void {
    if (text === null) prepare(`DELETE FROM ${extraTable} WHERE msg_id = ?`).run(msgId);
    else prepare(`INSERT OR REPLACE INTO ${extraTable} VALUES (?, ?)`).run(msgId, text);
  }
  /** Deletes the oldest: stubs, whose `submitted` is null and sorts first, then by age. Gives their ids. */
  function cullOldest(most: number): string[] {
    const rows = prepare(`SELECT rowid, msg_id FROM ${table} ORDER BY submitted, rowid LIMIT ?`).all(most);
    for (const { rowid } of rows) prepare(`DELETE FROM ${table} WHERE rowid = ?`).run(rowid!);
    count -= rows.length;
    return rows.map((row) => row.msg_id as string);
  }
  function keepLimits(): string[] {
    const { recordLimit, sizeLimitBytes, cullFraction } = limits;
    const ids: string[] = [];
    if (count > recordLimit) {
      // Other programs may have removed rows.
      count = countRows();
      const target = Math.min(recordLimit, count - Math.floor(cullFraction * recordLimit));
      if (count > recordLimit) ids.push(...cullOldest(count - target));
    }
    const over = (limit: number): boolean => usedBytes() - othersBytes > limit && count > 0;
    if (over(sizeLimitBytes)) while (over(sizeLimitBytes * (1 - cullFraction))) ids.push(...cullOldest(1));
    return ids;
  }
  function expireOld(receivedBefore: Microseconds): string[] {
    // Others may have written dates in other zones, whose texts are at most a day off.
    const rows = prepare(`SELECT rowid, msg_id, received FROM ${table} WHERE received < ?`)
      .all(dateText(receivedBefore + dayUs))
      .filter(({ received }) => (parseDate(String(received)) ?? receivedBefore) < receivedBefore);
    for (const { rowid } of rows) prepare(`DELETE FROM ${table} WHERE rowid = ?`).run(rowid!);
    count -= rows.length;
    return rows.map((row) => row.msg_id as string);
  }
  return {
    apply(writes) {
      let gone: string[] = [];
      inTransaction(() => {
        for (const write of writes) applyOne(write);
        gone = keepLimits();
      });
      for (const msgId of gone) expired.add(msgId);
    },
    expire(receivedBefore) {
      let gone: string[] = [];
      inTransaction(() => {
        gone = expireOld(receivedBefore);
      });
      for (const msgId of gone) expired.add(msgId);
    },
    deleteRows(rowids) {
      inTransaction(() => {
        for (const rowid of rowids()) {
          count -= Number(prepare(`DELETE FROM ${table} WHERE rowid = ?`).run(rowid).changes);
        }
      });
    },
  };
}

const dayUs = 86_400 * 1e6;

const tooLarge = new Error('larger than the store');
