// Opens the file and makes sure of the table.
import { chmodSync, closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { columnNames, columnTypes, quoted } from './columns.ts';
import { createEngineTable, engineTableName } from './engine-table.ts';

export interface OpenedTable {
  readonly db: DatabaseSync;
  /** Name of the table, perhaps with `_1`, `_2`… at its end. */
  readonly table: string;
  /** Name of the table of what has no column there. */
  readonly extraTable: string;
  /** Name of the table of engines. */
  readonly engineTable: string;
  /** True when the file has other tables. */
  readonly shared: boolean;
}

/** How many tables of other forms may be there under that name. */
const tableLimit = 1000;

/**
 * Opens or makes the database, readable by its owner alone, and the table. Throws what node:sqlite throws, and the errors
 * of the file system.
 */
export function openTable(path: string, wanted: string, busyTimeoutMs: number): OpenedTable {
  closeSync(openSync(path, 'a', 0o600));
  const db = new DatabaseSync(path, { timeout: busyTimeoutMs });
  try {
    // Readers and writers of other processes do not wait for each other; commits do not wait for the disk.
    db.exec('SELECT count(*) FROM sqlite_schema');
    makePrivate(path);
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 67108864;');
    db.exec('BEGIN IMMEDIATE');
    const table = freeName(db, wanted);
    const extraTable = `${table}+display`;
    const engineTable = engineTableName(table);
    makeTable(db, table, extraTable);
    createEngineTable(db, engineTable);
    const others = db
      .prepare(`SELECT count(*) AS n FROM sqlite_schema WHERE type = 'table' AND name NOT IN (?, ?, ?)`)
      .get(table, extraTable, engineTable);
    db.exec('COMMIT');
    return { db, table, extraTable, engineTable, shared: (others?.n as number) > 0 };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** A file that another program has made may be open to others. */
function makePrivate(path: string): void {
  try {
    chmodSync(path, 0o600);
  } catch (error) {
    // Somebody else's file that we may write is theirs to protect.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
  }
}

/** The name, or the name with the first number for which there is no table, or one of our form. */
function freeName(db: DatabaseSync, wanted: string): string {
  for (let i = 0; i < tableLimit; i++) {
    const name = i === 0 ? wanted : `${wanted}_${i}`;
    if (fits(db, name)) return name;
  }
  throw new Error(`${tableLimit} tables named '${wanted}' have other columns`);
}

function fits(db: DatabaseSync, name: string): boolean {
  const columns = db.prepare('SELECT name, type FROM pragma_table_info(?)').all(name);
  if (columns.length === 0) return true;
  // SQLite 3.37 and later say TEXT for text; Python, which compares cases, then knows not even its own tables again.
  const form = columns.map((column) => `${column.name} ${String(column.type).toLowerCase()}`);
  return form.join() === columnNames.map((column) => `${column} ${columnTypes[column]}`).join();
}

function makeTable(db: DatabaseSync, table: string, extraTable: string): void {
  const columns = columnNames.map((name) => `${name} ${columnTypes[name]}${name === 'msg_id' ? ' PRIMARY KEY' : ''}`);
  db.exec(`
    CREATE TABLE IF NOT EXISTS ${quoted(table)} (${columns.join(', ')});
    CREATE INDEX IF NOT EXISTS ${quoted(`${table}+submitted`)} ON ${quoted(table)} (submitted);
    CREATE TABLE IF NOT EXISTS ${quoted(extraTable)} (msg_id text PRIMARY KEY, display_data dict text) WITHOUT ROWID;
    CREATE TRIGGER IF NOT EXISTS ${quoted(`${table}+removal`)} AFTER DELETE ON ${quoted(table)} BEGIN
      DELETE FROM ${quoted(extraTable)} WHERE msg_id = OLD.msg_id;
    END;
  `);
}
