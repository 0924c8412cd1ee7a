// Keeps the table within its limits, some thousand rows at a time: other programs wait meanwhile.
import type { Microseconds } from '@muster/protocol';
import { parseDate } from '@muster/protocol';
import { quoted } from './columns.ts';
import type { ExpiredIds } from './expired-ids.ts';
import { sortsAsText } from './indexes.ts';
import type { OpenedTable } from './open.ts';
import type { Statements } from './statements.ts';
import { dateText } from './values.ts';

export interface TableLimits {
  /** Most records kept in the table. */
  readonly recordLimit: number;
  /** Most bytes of the file in use; what other tables hold does not count. */
  readonly sizeLimitBytes: number;
  /** The part of a limit that is freed when it is passed, 0 to 1. */
  readonly cullFraction: number;
}

/** To be called within a transaction that writes. */
export interface LimitKeeper {
  /** To be told of rows that were made, or deleted. */
  counted(rows: number): void;
  /** Deletes the oldest while a limit is passed. */
  keep(): void;
  /** Deletes rows whose result came before that moment; false when there may be more of them. */
  expire(receivedBefore: Microseconds): boolean;
  /** After a rollback, and where others may have written. */
  recount(): void;
}

/** Most rows deleted in one transaction. */
const mostAtOnce = 2000;
/** How often the rows of other programs are counted. */
const recountAfterMs = 10_000;
const dayUs = 86_400 * 1e6;

export function createLimitKeeper(
  opened: OpenedTable,
  prepare: Statements,
  limits: TableLimits,
  expired: ExpiredIds,
): LimitKeeper {
  const { recordLimit, sizeLimitBytes, cullFraction } = limits;
  const table = quoted(opened.table);
  const numberOf = (sql: string): number => Number(Object.values(prepare(sql).get() ?? {})[0] ?? 0);
  const pageBytes = numberOf('PRAGMA page_size');
  let count = 0;
  let countedAtMs = 0;
  let uncountedBytes: number | undefined;
  /** What is being culled down to, when a limit was passed. */
  const goal = { rows: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY };
  recount();

  function recount(): void {
    count = numberOf(`SELECT count(*) FROM ${table}`);
    countedAtMs = performance.now();
  }
  const inUse = (): number => (numberOf('PRAGMA page_count') - numberOf('PRAGMA freelist_count')) * pageBytes;
  /** What is in the file beside the table and its indexes: other tables, and the ids that have expired. */
  function measureOthers(): number {
    const text = `SELECT sum(d.pgsize) AS bytes FROM sqlite_schema AS s JOIN dbstat AS d ON d.name = s.name AND d.aggregate = TRUE
      WHERE s.type IN ('table', 'index') AND s.tbl_name NOT IN (?, ?)`;
    return Number(prepare(text).get(opened.table, opened.extraTable)?.bytes ?? 0);
  }
  function usedBytes(): number {
    const bytes = inUse();
    // To measure the others takes time, and is of use only near the limit.
    if (bytes <= Math.min(sizeLimitBytes, goal.bytes)) return bytes;
    uncountedBytes ??= measureOthers();
    return bytes - uncountedBytes;
  }
  function removeRows(rows: readonly Record<string, unknown>[]): void {
    const remove = prepare(`DELETE FROM ${table} WHERE rowid = ?`);
    for (const { rowid } of rows) remove.run(rowid as number);
    count -= rows.length;
    expired.add(rows.map((row) => row.msg_id as string));
    uncountedBytes = undefined;
  }
  /** Stubs first, whose `submitted` is null and sorts first, then by age. */
  const oldest = (most: number): Record<string, unknown>[] =>
    prepare(`SELECT rowid, msg_id FROM ${table} ORDER BY submitted, rowid LIMIT ?`).all(most);

  function keepRecordLimit(): void {
    // The numbers of rows tell at once that there are not too many, whoever made them; asked for one by one, for both at once
    // would be looked for in all rows.
    const most = numberOf(`SELECT (SELECT max(rowid) FROM ${table}) - (SELECT min(rowid) FROM ${table}) + 1`);
    if (most > recordLimit && performance.now() - countedAtMs > recountAfterMs) recount();
    if (Math.min(count, most) > recordLimit) {
      recount();
      if (count > recordLimit) goal.rows = Math.min(recordLimit, count - Math.floor(cullFraction * recordLimit));
    }
    if (count > goal.rows) removeRows(oldest(Math.min(mostAtOnce, count - goal.rows)));
    if (count <= goal.rows) goal.rows = Number.POSITIVE_INFINITY;
  }
  function keepSizeLimit(): void {
    if (usedBytes() > sizeLimitBytes) goal.bytes = sizeLimitBytes * (1 - cullFraction);
    if (goal.bytes === Number.POSITIVE_INFINITY) return;
    let left = mostAtOnce;
    while (usedBytes() > goal.bytes && left > 0) {
      const bytesOfRow = inUse() / Math.max(1, count);
      const rows = oldest(Math.min(left, Math.max(1, Math.floor((usedBytes() - goal.bytes) / bytesOfRow / 2))));
      if (rows.length === 0) break;
      removeRows(rows);
      left -= rows.length;
    }
    if (left > 0) goal.bytes = Number.POSITIVE_INFINITY;
  }
  return {
    counted(rows) {
      count += rows;
    },
    keep() {
      keepRecordLimit();
      keepSizeLimit();
    },
    expire(receivedBefore) {
      const isExact = sortsAsText(prepare, opened.table, 'received');
      // Dates in other zones are at most a day off as texts.
      const bound = dateText(isExact ? receivedBefore : receivedBefore + dayUs);
      const sql = `SELECT rowid, msg_id, received FROM ${table} WHERE received < ? ORDER BY received`;
      const rows = isExact ? prepare(`${sql} LIMIT ?`).all(bound, mostAtOnce) : prepare(sql).all(bound);
      removeRows(rows.filter(({ received }) => (parseDate(String(received)) ?? receivedBefore) < receivedBefore));
      return rows.length < mostAtOnce || !isExact;
    },
    recount,
  };
}
