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

export const momentColumns = ['submitted', 'started', 'completed', 'received'] as const;

/** Dates that do not sort as texts beside ours: other programs may have written them in other zones. */
const elsewhere = (column: string): string =>
  `${column} IS NOT NULL AND ${column} NOT GLOB '????-??-??T??:??:??*+00:00'`;

export function createIndexes(db: DatabaseSync, table: string): void {
  const create = (name: string, form: string): void =>
    db.exec(`CREATE INDEX IF NOT EXISTS ${quoted(`${table}+${name}`)} ON ${quoted(table)} ${form}`);
  for (const [name, form] of Object.entries(indexes)) create(name, form);
  // They are empty nearly always, and tell so at once.
  for (const column of momentColumns) create(`${column} elsewhere`, `(${column}) WHERE ${elsewhere(column)}`);
}

/** True when all dates of that column sort as texts. */
export const sortsAsText = (prepare: Statements, table: string, column: string): boolean =>
  prepare(`SELECT 1 FROM ${quoted(table)} WHERE ${elsewhere(column)} LIMIT 1`).get() === undefined;
