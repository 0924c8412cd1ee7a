// Batches of writes into the table.
import type { SQLInputValue, StatementSync } from 'node:sqlite';
import type { Microseconds } from '@muster/protocol';
import { wireNames } from '../fields.ts';
import { createTextLimit } from '../text.ts';
import { quoted } from './columns.ts';
import type { ExpiredIds } from './expired-ids.ts';
import type { TableLimits } from './limits.ts';
import { createLimitKeeper } from './limits.ts';
import type { OpenedTable } from './open.ts';
import type { PackedBatch } from './packed-batch.ts';
import { sqliteCodeOf } from './sqlite-errors.ts';
import type { Statements } from './statements.ts';
import type { OutputWrite, RowWrite } from './unpack-batch.ts';
import { unpackBatch } from './unpack-batch.ts';

export interface TableWriter {
  /** Stores all writes, or none and throws what node:sqlite throws. */
  apply(batch: PackedBatch): void;
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
  const isKnown = (msgId: string): boolean =>
    prepare(`SELECT 1 FROM ${table} WHERE msg_id = ?`).get(msgId) !== undefined;

  function applyOne(write: RowWrite): void {
    const { msgId, whenMissing } = write;
    const isLarge = write.sizeBytes > options.sizeLimitBytes;
    // What creates is nearly always new, and what is ignored nearly always known: an update of nothing does no harm.
    const isUpdate = whenMissing === 'ignore' && write.displayData === undefined && !isLarge;
    const known = isUpdate || (whenMissing !== 'create' && isKnown(msgId));
    if (!known && (whenMissing === 'ignore' || (whenMissing === 'stub' && expired.has(msgId)))) return;
    try {
      if (isLarge) throw tooLarge;
      if (known || !insert(write)) update(write);
      if (write.displayData !== undefined) setDisplayData(msgId, write.displayData);
    } catch (error) {
      if (error !== tooLarge && sqliteCodeOf(error) !== 'TOOBIG') throw error;
      if (isUpdate && !isKnown(msgId)) return;
      // What is too large by itself goes alone, instead of everybody else.
      drop(msgId);
      expired.add([msgId]);
    }
  }
  /** False when there is such a row. */
  function insert({ msgId, columns, values, stdout, stderr }: RowWrite): boolean {
    const whole = ({ set, added }: OutputWrite): string => textLimit.append(set ?? '', added);
    const args: SQLInputValue[] = [msgId, whole(stdout), whole(stderr)];
    for (let i = 0; i < values.length; i++) if (values[i] !== undefined) args.push(values[i]!);
    if (insertion(columns).run(...args).changes === 0) return false;
    expired.delete(msgId);
    limits.counted(1);
    return true;
  }
  function update({ msgId, columns, values, stdout, stderr }: RowWrite): void {
    const sets = namesOf(columns).map((name) => `${name} = ?`);
    const args: SQLInputValue[] = values.filter((value) => value !== undefined);
    for (const [name, { set, added }] of [
      ['stdout', stdout],
      ['stderr', stderr],
    ] as const) {
      if (set === undefined && added === '') continue;
      sets.push(set === undefined ? `${name} = append_output(${name}, ?)` : `${name} = ?`);
      args.push(set === undefined ? added : textLimit.append(set, added));
    }
    if (sets.length > 0) prepare(`UPDATE ${table} SET ${sets.join(', ')} WHERE msg_id = ?`).run(...args, msgId);
  }
  /** By the columns that are set, beside those that every row has. */
  const insertions = new Map<number, StatementSync>();
  function insertion(columns: number): StatementSync {
    const known = insertions.get(columns);
    if (known !== undefined) return known;
    const names = ['msg_id', 'stdout', 'stderr', ...namesOf(columns)];
    const marks = names.map(() => '?').join(', ');
    const statement = db.prepare(`INSERT OR IGNORE INTO ${table} (${names.join(', ')}) VALUES (${marks})`);
    if (insertions.size < insertionLimit) insertions.set(columns, statement);
    return statement;
  }
  function setDisplayData(msgId: string, text: string | null): void {
    if (text === null) prepare(`DELETE FROM ${extraTable} WHERE msg_id = ?`).run(msgId);
    else prepare(`INSERT OR REPLACE INTO ${extraTable} VALUES (?, ?)`).run(msgId, text);
  }
  return {
    apply(batch) {
      const writes = unpackBatch(batch);
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

/** Which columns come together varies little. */
const insertionLimit = 64;

const namesOf = (columns: number): string[] => wireNames.filter((_, i) => (columns & (1 << i)) !== 0);

const tooLarge = new Error('larger than the store');
