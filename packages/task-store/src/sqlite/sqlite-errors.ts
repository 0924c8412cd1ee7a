// Errors of node:sqlite, by what can be done about them.
import { BackendError } from '../batched/backend.ts';

const codes = {
  3: 'PERM',
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

const errcodeOf = (error: unknown): number | undefined => (error as { errcode?: number }).errcode;

/** The primary code of an error of SQLite; undefined for other errors. */
export function sqliteCodeOf(error: unknown): SqliteCode | undefined {
  const errcode = errcodeOf(error);
  return errcode === undefined ? undefined : (codes as Record<number, SqliteCode>)[errcode & 0xff];
}

/** Which step of the input and output failed. */
const ioCodeOf = (error: unknown): number | undefined =>
  sqliteCodeOf(error) === 'IOERR' ? errcodeOf(error)! >> 8 : undefined;

/** The file system has no locks, other than that somebody else holds one: UNLOCK, RDLOCK, CHECKRESERVEDLOCK, LOCK. */
export const isLockFault = (error: unknown): boolean =>
  [8, 9, 14, 15].includes(ioCodeOf(error) ?? 0) || sqliteCodeOf(error) === 'PERM';

/** The file system has no memory to share, which a WAL needs: SHMOPEN, SHMSIZE, SHMLOCK, SHMMAP. */
export const isSharedMemoryFault = (error: unknown): boolean => [18, 19, 20, 21].includes(ioCodeOf(error) ?? 0);

/** What is in the file is no database, or not any more. */
export const isDamage = (error: unknown): boolean => ['CORRUPT', 'NOTADB'].includes(sqliteCodeOf(error) ?? '');

/** These pass when another program lets go, or somebody makes room. */
const passing: readonly (SqliteCode | undefined)[] = ['BUSY', 'LOCKED', 'NOMEM', 'IOERR', 'FULL', 'CANTOPEN'];

const isPassing = (error: unknown): boolean => passing.includes(sqliteCodeOf(error));

export const toBackendError = (error: unknown, who = ''): BackendError =>
  new BackendError(`${(error as Error).message}${who === '' ? '' : ` (by ${who})`}`, isPassing(error));
