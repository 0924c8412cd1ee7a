// A file that is written to at its end, and that notices when somebody has put it aside or removed it.
import { closeSync, constants, fstatSync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs';

export interface WatchedFile {
  /** Bytes in it, as of the last second; with `now`, of this moment. Opens the file where it is not open. */
  size(now?: boolean): number;
  /** How many of the bytes found room. */
  write(bytes: Buffer): number;
  /** Is the file of this path still the one that is open? */
  isCurrent(): boolean;
  empty(): void;
  close(): void;
}

/** How often it is looked whether the file is still the one of this path. */
const lookMs = 1000;
/** A pipe without reader must not hold up the program. */
const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

/** Every call may throw the system's error. */
export function createWatchedFile(path: string, nowMs: () => number): WatchedFile {
  let current: { readonly fd: number; readonly inode: number; size: number } | undefined;
  let lookAtMs = 0;

  function open(): NonNullable<typeof current> {
    if (current !== undefined) return current;
    const fd = openSync(path, flags, 0o600);
    const { ino: inode, size } = fstatSync(fd);
    lookAtMs = nowMs() + lookMs;
    current = { fd, inode, size };
    return current;
  }

  function close(): void {
    const file = current;
    current = undefined;
    if (file !== undefined) closeSync(file.fd);
  }

  function look(): void {
    const file = open();
    lookAtMs = nowMs() + lookMs;
    const there = statSync(path, { throwIfNoEntry: false });
    if (there?.ino === file.inode) file.size = there.size;
    else close();
  }

  return {
    size(now = false) {
      if (now || nowMs() >= lookAtMs) look();
      return open().size;
    },
    write(bytes) {
      const file = open();
      const written = writeSync(file.fd, bytes);
      file.size += written;
      return written;
    },
    isCurrent: () => current !== undefined && statSync(path, { throwIfNoEntry: false })?.ino === current.inode,
    empty: () => ftruncateSync(open().fd),
    close,
  };
}
