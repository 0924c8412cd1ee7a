// Files that cannot be used are moved aside, never deleted.
import { existsSync, mkdirSync, renameSync, rmdirSync, statSync } from 'node:fs';
import { pauseThread } from '../pause-thread.ts';

const companions = ['', '-wal', '-shm', '-journal'] as const;

/**
 * Renames a database, with its log and its shared memory, to `PATH.corrupt-DATE`, where SQLite finds them together; gives that
 * name, or undefined when the file of that inode is not at this path any more: another controller was quicker.
 */
export function moveDatabaseAside(path: string, inode: number): string | undefined {
  return alone(path, () => {
    if (inodeOf(path) !== inode) return undefined;
    const target = freeName(path);
    for (const companion of companions)
      if (existsSync(path + companion)) renameSync(path + companion, target + companion);
    return target;
  });
}

/** Renames the log alone, with the shared memory that is made from it; gives its new name. */
export function moveWalAside(path: string): string {
  return alone(path, () => {
    const target = freeName(path);
    for (const companion of ['-wal', '-shm'])
      if (existsSync(path + companion)) renameSync(path + companion, target + companion);
    return `${target}-wal`;
  });
}

/** A name that none of these files has yet. */
export function freeName(path: string, now = new Date()): string {
  const stamp = now.toISOString().slice(0, 19).replaceAll(':', '-');
  for (let i = 1; ; i++) {
    const name = `${path}.corrupt-${stamp}${i === 1 ? '' : `-${i}`}`;
    if (!companions.some((companion) => existsSync(name + companion))) return name;
  }
}

/** Undefined when there is no such file. */
export function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

/** A process that was killed in between leaves the mark behind. */
const longestMs = 5000;

/** Two controllers on one file must not move each other's new one. */
function alone<T>(path: string, work: () => T): T {
  const mark = `${path}.moving`;
  const end = performance.now() + longestMs;
  for (;;) {
    try {
      mkdirSync(mark);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (performance.now() > end) break;
      pauseThread(20);
    }
  }
  try {
    return work();
  } finally {
    try {
      rmdirSync(mark);
    } catch {
      // Another that waited for too long has removed it.
    }
  }
}
