// Putting a log file aside: x.log becomes x.log.1, that x.log.2, and the oldest goes. One process at a time does it.
import { closeSync, openSync, renameSync, statSync, unlinkSync } from 'node:fs';

/** A lock that is older was left by a crash. */
const lockLifeMs = 5000;

/** `newest` (`x.log`) → `x.log.1` → … ; at most `files` are left, the new one that is to come counted. */
export function shiftAside(path: string, files: number, newest = path): void {
  for (let n = files - 1; n >= 1; n--) {
    const from = n === 1 ? newest : `${path}.${n - 1}`;
    if (statSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, `${path}.${n}`);
  }
}

/** Runs the work, unless another process is at it: then that one does it for both. */
export function underLock(lock: string, work: () => void): void {
  try {
    closeSync(openSync(lock, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
    if (since !== undefined && Date.now() - since > lockLifeMs) remove(lock);
    return;
  }
  try {
    work();
  } finally {
    remove(lock);
  }
}

export function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {}
}

export const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));
