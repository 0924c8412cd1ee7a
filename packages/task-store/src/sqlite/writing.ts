// Batches of writes into the table.
import type { SQLInputValue } from 'node:sqlite';
import type { Microseconds } from '@muster/protocol';
import { createTextLimit } from '../text.ts';
import { quoted } from './columns.ts';
import type { ExpiredIds } from './expired-ids.ts';
import type { TableLimits } from './limits.ts';
import { createLimitKeeper } from './limits.ts';
import type { OpenedTable } from './open.ts';
import type { PackedText, PackedWrite } from './packed-write.ts';
import { sqliteCodeOf } from './sqlite-errors.ts';
import type { Statements } from './statements.ts';

export interface TableWriter {
  /** Stores all writes, or none and throws what node:sqlite throws. */
  apply(writes: readonly PackedWrite[]): void;
  /** Deletes rows by their rowid, in one go. */
  deleteRows(rowids: () => readonly number[]): void;
  /** Deletes some of the rows whose result came before that moment; true when there are no more. */
  expire(receivedBefore: Microseconds): boolean;
}

export interface TableWriterOptions extends TableLimits {
  /** Most characters of stdout, and of stderr, kept of one task. */
  readonly textLimitChars: number;
}

export function createTableWriter(
  opened: OpenedTable,
  prepare: Statements,
  options: TableWriterOptions,
  expired: ExpiredIds,
): TableWriter {
  const { db } = opened;
  const [table, extraTable] = [quoted(opened.table), quoted(opened.extraTable)];
  const textLimit = createTextLimit(options.textLimitChars);
  const limits = createLimitKeeper(opened, prepare, options, expired);
  db.function('append_output', { deterministic: true }, (text, piece) =>
    textLimit.append((text as string | null) ?? '', piece as string),
  );

  function inTransaction<T>(work: () => T): T {
    try {
      db.exec('BEGIN IMMEDIATE');
      const value = work();
      db.exec('COMMIT');
      return value;
    } catch (error) {
      if (db.isTransaction) {
        db.exec('ROLLBACK');
        limits.recount();
      }
      throw error;
    }
  }
  function drop(msgId: string): void {
    limits.counted(-Number(prepare(`DELETE FROM ${table} WHERE msg_id = ?`).run(msgId).changes));
  }
  function applyOne(write: PackedWrite): void {
    const { msgId, whenMissing } = write;
    const known = prepare(`SELECT 1 FROM ${table} WHERE msg_id = ?`).get(msgId) !== undefined;
    if (!known && (whenMissing === 'ignore' || (whenMissing === 'stub' && expired.has(msgId)))) return;
    try {
      if (write.sizeBytes > options.sizeLimitBytes) throw tooLarge;
      if (known) update(write);
      else insert(write);
      if (write.displayData !== undefined) setDisplayData(msgId, write.displayData);
    } catch (error) {
      if (error !== tooLarge && sqliteCodeOf(error) !== 'TOOBIG') throw error;
      // What is too large by itself goes alone, instead of everybody else.
      drop(msgId);
      expired.add([msgId]);
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
    limits.counted(1);
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
  return {
    apply(writes) {
      inTransaction(() => {
        for (const write of writes) applyOne(write);
        limits.keep();
      });
    },
    expire: (receivedBefore) => inTransaction(() => limits.expire(receivedBefore)),
    deleteRows(rowids) {
      const remove = prepare(`DELETE FROM ${table} WHERE rowid = ?`);
      inTransaction(() => {
        for (const rowid of rowids()) limits.counted(-Number(remove.run(rowid).changes));
      });
    },
  };
}

const tooLarge = new Error('larger than the store');
