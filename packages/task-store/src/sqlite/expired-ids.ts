// Ids whose records a limit has removed, in a table beside them: a later session still knows why a record is missing.
import type { DatabaseSync } from 'node:sqlite';
import { quoted } from './columns.ts';
import type { Statements } from './statements.ts';

/** To be called within a transaction that writes, but for `has`. */
export interface ExpiredIds {
  has(msgId: string): boolean;
  add(msgIds: readonly string[]): void;
  delete(msgId: string): void;
}

/** Its name, given that of the table of tasks. */
export const expiredTableName = (table: string): string => `${table}+expired`;

export function createExpiredTable(db: DatabaseSync, name: string): void {
  db.exec(`CREATE TABLE IF NOT EXISTS ${quoted(name)} (number integer PRIMARY KEY, msg_id text UNIQUE)`);
}

/** Remembers the last `limit` ids. */
export function openExpiredIds(prepare: Statements, name: string, limit: number): ExpiredIds {
  const table = quoted(name);
  /** As long as nothing has expired, which is mostly for ever, nothing need be looked for. */
  let isEmpty = prepare(`SELECT 1 FROM ${table} LIMIT 1`).get() === undefined;
  return {
    has: (msgId) => prepare(`SELECT 1 FROM ${table} WHERE msg_id = ?`).get(msgId) !== undefined,
    add(msgIds) {
      if (msgIds.length === 0) return;
      isEmpty = false;
      const insert = prepare(`INSERT OR REPLACE INTO ${table} (msg_id) VALUES (?)`);
      for (const msgId of msgIds.slice(-limit)) insert.run(msgId);
      prepare(`DELETE FROM ${table} WHERE number <= (SELECT max(number) FROM ${table}) - ?`).run(limit);
    },
    delete(msgId) {
      // What another program has put there meanwhile does no harm: the record is looked for first.
      if (!isEmpty) prepare(`DELETE FROM ${table} WHERE msg_id = ?`).run(msgId);
    },
  };
}
