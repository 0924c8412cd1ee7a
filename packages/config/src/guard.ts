// Read, change, write of a file by several processes at once: a guard file that only one of them can create.
import { closeSync, openSync, statSync } from 'node:fs';
import { removeFile } from './files.ts';

/** The guard is held for some file operations; one that is older than this was left by a crash. */
const guardLifeMs = 3_000;

/**
 * Runs some file operations of a millisecond or two while no other process is inside the guard of the same path.
 * Throws what the work throws, and the system's error when the guard file cannot be made.
 */
export function underGuard<T>(path: string, work: () => T): T {
  for (let attempt = 0; ; attempt++) {
    try {
      closeSync(openSync(path, 'wx', 0o600));
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 500) throw error;
      const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (age > guardLifeMs) removeFile(path);
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
  try {
    return work();
  } finally {
    removeFile(path);
  }
}
