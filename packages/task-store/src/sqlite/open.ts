// Opens the file and makes sure of the tables.
import { randomInt } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { columnNames, columnTypes, quoted } from './columns.ts';
import { createEngineTable, engineTableName } from './engine-table.ts';
import { createExpiredTable, expiredTableName } from './expired-ids.ts';
import { ourVersion } from './file/header.ts';
import type { OpenFileOptions } from './file/open-file.ts';
import { openFile } from './file/open-file.ts';
import { createIndexes } from './indexes.ts';

interface TableNames {
  /** Name of the table, perhaps with `_1`, `_2`… at its end. */
  readonly table: string;
  /** Of what has no column there. */
  readonly extraTable: string;
  readonly expiredTable: string;
  readonly engineTable: string;
}

export interface OpenedTable extends TableNames {
  readonly db: DatabaseSync;
  /** Number of the file: another one at the same path is another file. */
  readonly inode: number;
}

export interface OpenTableOptions extends OpenFileOptions {
  readonly table: string;
  /** Each cluster has its own engines. */
  readonly clusterId: string;
}

/** How many tables of other forms may be there under that name. */
const tableLimit = 1000;

/** Throws OpenError, or the errors of the file system. */
export function openTable(options: OpenTableOptions): OpenedTable {
  const { db, inode, value } = openFile(options, (db) => makeTables(db, options));
  return { db, inode, ...value };
}

function makeTables(db: DatabaseSync, { path, table: wanted, clusterId, onNote }: OpenTableOptions): TableNames {
  db.exec('BEGIN IMMEDIATE');
  stamp(db);
  const table = freeName(db, wanted);
  const extraTable = `${table}+display`;
  const expiredTable = expiredTableName(table);
  const engineTable = engineTableName(table, clusterId);
  makeTable(db, table, extraTable);
  createIndexes(db, table, (rows) => onNote({ what: 'indexes are being made', path, why: `of ${rows} records` }));
  createExpiredTable(db, expiredTable);
  createEngineTable(db, engineTable);
  db.exec('COMMIT');
  return { table, extraTable, expiredTable, engineTable };
}

/** Says in the header of the file that our tables are in it, and which file it is (see file/wal.ts). */
function stamp(db: DatabaseSync): void {
  const numberOf = (pragma: string): unknown => db.prepare(`PRAGMA ${pragma}`).get()?.[pragma];
  if (numberOf('user_version') === 0) db.exec(`PRAGMA user_version = ${ourVersion}`);
  if (numberOf('application_id') === 0) db.exec(`PRAGMA application_id = ${randomInt(1, 2 ** 31)}`);
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
    CREATE TABLE IF NOT EXISTS ${quoted(extraTable)} (msg_id text PRIMARY KEY, display_data dict text) WITHOUT ROWID;
    CREATE TRIGGER IF NOT EXISTS ${quoted(`${table}+removal`)} AFTER DELETE ON ${quoted(table)} BEGIN
      DELETE FROM ${quoted(extraTable)} WHERE msg_id = OLD.msg_id;
    END;
  `);
}
