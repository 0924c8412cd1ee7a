// The engines of the hub, in a table beside that of the tasks. The row of the empty uuid, which no engine has, holds the next
// number.
import type { DatabaseSync } from 'node:sqlite';
import type { EngineStatus, StoredEngine, StoredEngines } from '../port.ts';
import { quoted } from './columns.ts';
import type { Statements } from './statements.ts';

export interface EngineTable {
  loadEngines(): StoredEngines;
  putEngine(engine: StoredEngine): void;
  removeEngine(uuid: string): void;
}

/** Its name, given that of the table of tasks: each of several clusters on one file has its own. */
export const engineTableName = (table: string, clusterId: string): string =>
  `${table}+engines${clusterId === '' ? '' : `+${clusterId}`}`;

export function createEngineTable(db: DatabaseSync, name: string): void {
  db.exec(`CREATE TABLE IF NOT EXISTS ${quoted(name)} (uuid text PRIMARY KEY, id integer, kernel text, status text)`);
}

export function openEngineTable(db: DatabaseSync, prepare: Statements, name: string): EngineTable {
  const table = quoted(name);
  return {
    loadEngines() {
      const rows = prepare(`SELECT uuid, id, kernel, status FROM ${table} ORDER BY id`).all();
      const engines = rows.map((row) => ({
        uuid: row.uuid as string,
        id: row.id as number,
        kernel: row.kernel as string,
        status: row.status as EngineStatus,
      }));
      return {
        engines: engines.filter(({ uuid }) => uuid !== ''),
        nextId: engines.find(({ uuid }) => uuid === '')?.id ?? 0,
      };
    },
    putEngine({ uuid, id, kernel, status }) {
      db.exec('BEGIN IMMEDIATE');
      try {
        prepare(
          `INSERT INTO ${table} (uuid, id) VALUES ('', ?) ON CONFLICT DO UPDATE SET id = max(id, excluded.id)`,
        ).run(id + 1);
        prepare(`INSERT OR REPLACE INTO ${table} VALUES (?, ?, ?, ?)`).run(uuid, id, kernel, status);
        db.exec('COMMIT');
      } finally {
        if (db.isTransaction) db.exec('ROLLBACK');
      }
    },
    removeEngine(uuid) {
      prepare(`DELETE FROM ${table} WHERE uuid = ?`).run(uuid);
    },
  };
}
