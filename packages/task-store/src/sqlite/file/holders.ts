// Which other programs have a database open (Linux).
import { readFileSync, statSync } from 'node:fs';

/** SQLite locks bytes of this range only. */
const [firstByte, lastByte] = [0x4000_0000, 0x4000_0200];

/** Process ids in /proc/locks that hold locks of SQLite on the file of this inode. */
export function parseHolders(locks: string, inode: number): number[] {
  const pids = locks.split('\n').flatMap((line) => {
    const match = /^\d+: (?:POSIX|OFDLCK)\s+\S+\s+(?:READ|WRITE)\s+(-?\d+)\s+\w+:\w+:(\d+)\s+(\d+)/.exec(line);
    const [pid, lockedInode, start] = (match ?? []).slice(1).map(Number);
    return pid !== undefined && lockedInode === inode && start! >= firstByte && start! <= lastByte ? [pid] : [];
  });
  return [...new Set(pids)];
}

/** All processes that hold locks on it; empty also where nobody can know. */
export function allHoldersOf(path: string): number[] {
  try {
    return parseHolders(readFileSync('/proc/locks', 'utf8'), statSync(path).ino);
  } catch {
    return [];
  }
}

/** Other processes that hold locks on it. */
export const holdersOf = (path: string): number[] => allHoldersOf(path).filter((pid) => pid !== process.pid);

/** As `process 12 (python3)`; empty for none. */
export const describeHolders = (pids: readonly number[]): string =>
  pids.map((pid) => `process ${pid}${nameOf(pid)}`).join(', ');

function nameOf(pid: number): string {
  try {
    return ` (${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()})`;
  } catch {
    return '';
  }
}
