// Errors of node:sqlite, by what can be done about them.
import { BackendError } from '../batched/backend.ts';

const codes = {
  5: 'BUSY',
  6: 'LOCKED',
  7: 'NOMEM',
  8: 'READONLY',
  10: 'IOERR',
  11: 'CORRUPT',
  13: 'FULL',
  14: 'CANTOPEN',
  18: 'TOOBIG',
  26: 'NOTADB',
} as const;

export type SqliteCode = (typeof codes)[keyof typeof codes];

/** The primary code of an error of SQLite; undefined for other errors. */
export function sqliteCodeOf(error: unknown): SqliteCode | undefined {
  const { errcode } = error as { errcode?: number };
  return errcode === undefined ? undefined : (codes as Record<number, SqliteCode>)[errcode & 0xff];
}

/** These pass when another program lets go, or somebody makes room. */
const passing: readonly (SqliteCode | undefined)[] = ['BUSY', 'LOCKED', 'NOMEM', 'IOERR', 'FULL', 'CANTOPEN'];

export const toBackendError = (error: unknown): BackendError =>
  new BackendError((error as Error).message, passing.includes(sqliteCodeOf(error)));
