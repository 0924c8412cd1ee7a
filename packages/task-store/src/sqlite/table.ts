// The store itself, on one connection and answering at once; it runs in a thread of its own (worker.ts).
import type { Microseconds } from '@muster/protocol';
import { createAnswerBudget } from '../answer-budget.ts';
import type { WireName } from '../fields.ts';
import { isWireName, wireNames } from '../fields.ts';
import type { JsonRecord, TaskQuery } from '../port.ts';
import { createProjection, namesWanted } from '../projection.ts';
import { compileQuery } from '../query.ts';
import { readField } from '../read-field.ts';
import type { StoredRecord } from '../stored-record.ts';
import { quoted } from './columns.ts';
import type { EngineTable } from './engine-table.ts';
import { openEngineTable } from './engine-table.ts';
import { openExpiredIds } from './expired-ids.ts';
import type { FileNote } from './file/open-file.ts';
import { sortsAsText } from './indexes.ts';
import type { OpenedTable } from './open.ts';
import { openTable } from './open.ts';
import type { PackedBatch } from './packed-batch.ts';
import { createStatements } from './statements.ts';
import { compareSubmitted } from './submitted-order.ts';
import { rowBytes, textBytes, toRecord } from './values.ts';
import { compileWhere } from './where.ts';
import type { TableWriterOptions } from './writing.ts';
import { createTableWriter } from './writing.ts';

export interface TableOptions extends TableWriterOptions {
  readonly path: string;
  readonly table: string;
  /** Each cluster has its own engines. */
  readonly clusterId: string;
  /** How long another program that writes is waited for. */
  readonly busyTimeoutMs: number;
  /** How many expired ids are remembered, to say why a record is missing. */
  readonly expiredIdLimit: number;
  /** Most bytes of records in one answer. */
  readonly answerLimitBytes: number;
}

/** As Found, with the dictionaries as text. */
type StoredFound = { readonly record: StoredRecord } | { readonly missing: 'unknown' | 'expired' };

export interface TaskTable extends EngineTable {
  /** The name it has got. */
  readonly table: string;
  readonly inode: number;
  apply(batch: PackedBatch): void;
  find(msgIds: readonly string[]): readonly StoredFound[];
  query(query: TaskQuery, keys: readonly string[] | null): readonly JsonRecord[];
  history(): readonly string[];
  remove(msgIds: readonly string[]): void;
  removeWhere(query: TaskQuery): void;
  /** Some of them at a time; true when there are no more. */
  expire(receivedBefore: Microseconds): boolean;
  close(): void;
}

/** Most bytes of an answer beside buffers. */
const textLimitBytes = 2 ** 28;

interface Hit {
  readonly rowid: number;
  readonly submitted: unknown;
}

/** Opens the table. Throws OpenError, or as node:sqlite does; questions throw StoreError for what is refused. */
export function openTaskTable(options: TableOptions, onNote: (note: FileNote) => void): TaskTable {
  const opened = openTable({ ...options, onNote });
  try {
    return createTaskTable(opened, options);
  } catch (error) {
    opened.db.close();
    throw error;
  }
}

function createTaskTable(opened: OpenedTable, options: TableOptions): TaskTable {
  const { db } = opened;
  const prepare = createStatements(db);
  const expired = openExpiredIds(prepare, opened.expiredTable, options.expiredIdLimit);
  const writer = createTableWriter(opened, prepare, options, expired);
  const table = quoted(opened.table);
  const displayData = `(SELECT display_data FROM ${quoted(opened.extraTable)} AS x WHERE x.msg_id = t.msg_id)`;
  const select = (names: readonly WireName[]): string =>
    names
      .map((name) => (name === 'display_data' ? `${displayData} AS display_data` : `t.${name} AS ${name}`))
      .join(', ');

  /** All that is read in one question is of one moment. */
  function snapshot<T>(read: () => T): T {
    db.exec('BEGIN');
    try {
      return read();
    } finally {
      if (db.isTransaction) db.exec('COMMIT');
    }
  }
  /** Rows that match, in no order. */
  function matching(query: TaskQuery): Hit[] {
    compileQuery(query);
    const where = compileWhere(query, (column) => sortsAsText(prepare, opened.table, column));
    const predicate = compileQuery(where.rest);
    const tested = Object.keys(where.rest).filter(isWireName);
    const columns = ['t.rowid AS "rowid"', 't.submitted AS "submitted text"', ...tested.map((name) => select([name]))];
    const rows = prepare(`SELECT ${columns.join(', ')} FROM ${table} AS t WHERE ${where.sql}`).iterate(...where.args);
    const hits: Hit[] = [];
    for (const row of rows)
      if (predicate(toRecord(row, tested), readField))
        hits.push({ rowid: row.rowid as number, submitted: row['submitted text'] });
    return hits;
  }
  function find(msgId: string, budget: (sizeBytes: number) => void): StoredFound {
    const row = prepare(`SELECT ${select(wireNames)} FROM ${table} AS t WHERE msg_id = ?`).get(msgId);
    if (row === undefined) return { missing: expired.has(msgId) ? 'expired' : 'unknown' };
    budget(rowBytes(row));
    return { record: toRecord(row, wireNames) };
  }
  return {
    table: opened.table,
    inode: opened.inode,
    apply: writer.apply,
    find(msgIds) {
      const budget = createAnswerBudget(options.answerLimitBytes);
      return snapshot(() => msgIds.map((msgId) => find(msgId, budget)));
    },
    query(query, keys) {
      const project = createProjection(keys);
      const names = namesWanted(keys);
      const budget = createAnswerBudget(options.answerLimitBytes);
      // The whole of it becomes one text, unlike buffers.
      const textBudget = createAnswerBudget(Math.min(options.answerLimitBytes, textLimitBytes));
      return snapshot(() => {
        const fetch = prepare(`SELECT ${select(names)} FROM ${table} AS t WHERE rowid = ?`);
        const hits = matching(query).sort((a, b) => compareSubmitted(a.submitted, b.submitted) || a.rowid - b.rowid);
        return hits.map(({ rowid }) => {
          const row = fetch.get(rowid)!;
          budget(rowBytes(row));
          textBudget(textBytes(row));
          return project(toRecord(row, names));
        });
      });
    },
    history() {
      const text = `SELECT msg_id, submitted FROM ${table} WHERE submitted IS NOT NULL ORDER BY submitted, rowid`;
      const rows = prepare(text).all();
      // Nearly always in order already; dates in other zones may not be.
      return rows.sort((a, b) => compareSubmitted(a.submitted, b.submitted)).map((row) => row.msg_id as string);
    },
    remove(msgIds) {
      const rowOf = prepare(`SELECT rowid FROM ${table} WHERE msg_id = ?`);
      writer.deleteRows(() => msgIds.flatMap((msgId) => (rowOf.get(msgId)?.rowid as number | undefined) ?? []));
    },
    removeWhere(query) {
      writer.deleteRows(() => matching(query).map(({ rowid }) => rowid));
    },
    expire: writer.expire,
    ...openEngineTable(db, prepare, opened.engineTable),
    close() {
      db.close();
    },
  };
}
