// Indexes of the table: for the questions that are asked of it with few records as the answer.
import type { DatabaseSync } from 'node:sqlite';
import { quoted } from './columns.ts';
import type { Statements } from './statements.ts';

const indexes: Readonly<Record<string, string>> = {
  submitted: '(submitted)',
  received: '(received)',
  completed: '(completed)',
  engine: '(engine_uuid, completed)',
  label: '(label) WHERE label IS NOT NULL',
};

const momentColumns = ['submitted', 'started', 'completed', 'received'] as const;

/** Dates that do not sort as texts beside ours: other programs may have written them in other zones. */
const elsewhere = (column: string): string =>
  `${column} IS NOT NULL AND ${column} NOT GLOB '????-??-??T??:??:??*+00:00'`;

/** From so many rows on it takes long enough to be told. */
const manyRows = 100_000;

/** Makes those that are missing. `onLong`: is told beforehand how many records there are, when that takes a while. */
export function createIndexes(db: DatabaseSync, table: string, onLong: (rows: number) => void): void {
  const has = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = ?");
  const rows = Number(db.prepare(`SELECT max(rowid) AS n FROM ${quoted(table)}`).get()?.n ?? 0);
  let isTold = false;
  const create = (name: string, form: string): void => {
    if (has.get(`${table}+${name}`) !== undefined) return;
    if (rows >= manyRows && !isTold) onLong(rows);
    isTold = true;
    db.exec(`CREATE INDEX ${quoted(`${table}+${name}`)} ON ${quoted(table)} ${form}`);
  };
  for (const [name, form] of Object.entries(indexes)) create(name, form);
  // They are empty nearly always, and tell so at once.
  for (const column of momentColumns) create(`${column} elsewhere`, `(${column}) WHERE ${elsewhere(column)}`);
}

/** True when all dates of that column sort as texts. */
export const sortsAsText = (prepare: Statements, table: string, column: string): boolean =>
  prepare(`SELECT 1 FROM ${quoted(table)} WHERE ${elsewhere(column)} LIMIT 1`).get() === undefined;
