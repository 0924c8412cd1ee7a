// Opens the file of a database. One that is damaged is moved aside, and a new one begun.
import { accessSync, chmodSync, closeSync, constants, copyFileSync, openSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { pauseThread } from '../pause-thread.ts';
import { isDamage, sqliteCodeOf } from '../sqlite-errors.ts';
import { connect } from './connect.ts';
import { checkPages, DamageError } from './damage.ts';
import { damageOf, markDamaged, unmarkDamaged } from './damage-mark.ts';
import type { FileHeader } from './header.ts';
import { newerSchemaOf, readHeader } from './header.ts';
import { allHoldersOf, describeHolders, holdersOf } from './holders.ts';
import { OpenError } from './open-error.ts';
import type { Placement } from './placement.ts';
import { mustLock, placementOf } from './placement.ts';
import { freeName, inodeOf, moveDatabaseAside, moveWalAside } from './set-aside.ts';
import { judgeWal } from './wal.ts';

/** What happened to the file. `movedTo`: where what was there is now. */
export interface FileNote {
  readonly what:
    | 'database was damaged and is moved aside'
    | 'write-ahead log does not fit and is moved aside'
    | 'write-ahead log is damaged and was copied'
    | 'database is no longer there'
    | 'database works without a write-ahead log'
    | 'indexes are being made';
  readonly path: string;
  readonly movedTo?: string;
  readonly why: string;
}

export interface OpenFileOptions {
  readonly path: string;
  readonly busyTimeoutMs: number;
  readonly onNote: (note: FileNote) => void;
}

const letGoMs = 3000;

export interface OpenedFile<T> {
  readonly db: DatabaseSync;
  readonly inode: number;
  /** What `prepare` gave. */
  readonly value: T;
}

/**
 * Opens or makes the database, readable by its owner alone; `prepare` then makes its tables. Throws OpenError, or the errors of
 * the file system.
 */
export function openFile<T>(options: OpenFileOptions, prepare: (db: DatabaseSync) => T): OpenedFile<T> {
  const { path } = options;
  ensureFile(path);
  const damage = damageOf(path);
  if (damage !== undefined) setDamagedAside(options, damage.why, damage.inode);
  const placement = placementOf(dirname(path));
  for (let isNew = false; ; isNew = true)
    try {
      return openOnce(options, placement, prepare);
    } catch (error) {
      if (isNew || !(isDamage(error) || error instanceof DamageError)) throw explained(error, path);
      setDamagedAside(options, (error as Error).message, inodeOf(path));
    }
}

/** Moves a damaged database aside and tells of it; gives its new name. Throws OpenError `DAMAGED` while others have it open. */
export function setDamagedAside(options: OpenFileOptions, why: string, inode: number | undefined): string | undefined {
  const { path, onNote } = options;
  // SQLite of another process would go on with the old file beside the log of the new one.
  if (holdersOf(path).length > 0 && inode !== undefined) {
    markDamaged(path, { why, inode });
    const holders = awaitLettingGo(path);
    if (holders.length > 0)
      throw new OpenError('DAMAGED', `it is damaged (${why}), and ${describeHolders(holders)} has it open`);
  }
  const movedTo = inode === undefined ? undefined : moveDatabaseAside(path, inode);
  unmarkDamaged(path);
  if (movedTo !== undefined) onNote({ what: 'database was damaged and is moved aside', path, movedTo, why });
  return movedTo;
}

/** Other controllers look every second whether they are to let go. Gives those who have not. */
function awaitLettingGo(path: string): number[] {
  const end = performance.now() + letGoMs;
  let holders = holdersOf(path);
  while (holders.length > 0 && performance.now() < end) {
    pauseThread(50);
    holders = holdersOf(path);
  }
  return holders;
}

function openOnce<T>(options: OpenFileOptions, placement: Placement, prepare: (db: DatabaseSync) => T): OpenedFile<T> {
  const { path, busyTimeoutMs, onNote } = options;
  ensureFile(path);
  const holders = allHoldersOf(path);
  // Who closes a file gives up all locks that the process has on it: one that is open here already is only opened by SQLite.
  const header = holders.includes(process.pid) ? undefined : readHeader(path);
  if (header !== undefined) mustBeKnown(header);
  const isAfterCrash = header !== undefined && holders.length === 0 && fitWal(options, header);
  const { db, withoutWal } = connect(path, busyTimeoutMs, placement);
  try {
    makePrivate(path);
    checkPages(db, statSync(path).size, isAfterCrash);
    const value = prepare(db);
    if (withoutWal !== undefined) onNote({ what: 'database works without a write-ahead log', path, why: withoutWal });
    return { db, value, inode: inodeOf(path)! };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** To open a pipe would wait for ever. */
function ensureFile(path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats !== undefined && !stats.isFile()) throw new OpenError('NOFILE', 'it is no plain file');
  if (stats === undefined) closeSync(openSync(path, 'a', 0o600));
  else accessSync(path, constants.R_OK | constants.W_OK);
}

function mustBeKnown(header: FileHeader): void {
  if (header.formatVersion > 2) throw new OpenError('NEWER', 'it was written by a newer SQLite than this one knows');
  const schema = newerSchemaOf(header);
  if (schema !== undefined)
    throw new OpenError('NEWER', `it was made by a newer Muster (form ${schema} of its tables)`);
}

/** Sees to a log that a program has left behind. True when there is one to be used. */
function fitWal({ path, onNote }: OpenFileOptions, header: FileHeader): boolean {
  const walPath = `${path}-wal`;
  const sizeBytes = statSync(walPath, { throwIfNoEntry: false })?.size ?? 0;
  const verdict = judgeWal(walPath, header);
  if (verdict.kind === 'foreign') {
    const movedTo = moveWalAside(path);
    onNote({ what: 'write-ahead log does not fit and is moved aside', path: walPath, movedTo, why: verdict.why });
    return false;
  }
  if (verdict.kind === 'torn') {
    const movedTo = `${freeName(path)}-wal`;
    copyFileSync(walPath, movedTo, constants.COPYFILE_EXCL);
    onNote({ what: 'write-ahead log is damaged and was copied', path: walPath, movedTo, why: verdict.why });
  }
  return sizeBytes > 0;
}

/** A file that another program has made may be open to others. */
function makePrivate(path: string): void {
  try {
    chmodSync(path, 0o600);
  } catch (error) {
    // Somebody else's file that we may write is theirs to protect, and some file systems know no modes.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw error;
  }
}

const fullBytes = 65_536;

/** The error with what else is known: who holds it, that the disk is full, that the file system cannot lock. */
function explained(error: unknown, path: string): unknown {
  const code = sqliteCodeOf(error);
  if (error instanceof OpenError || code === undefined) return error;
  const { message } = error as Error;
  const folder = dirname(path);
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < fullBytes && code !== 'BUSY') return new OpenError('FULL', `${message}: the disk is full`);
  if (code !== 'BUSY') return new OpenError(code, message);
  const holders = holdersOf(path);
  if (holders.length > 0) return new OpenError(code, `${message} by ${describeHolders(holders)}`);
  try {
    mustLock(folder);
    return new OpenError(code, message);
  } catch (fault) {
    return fault;
  }
}
