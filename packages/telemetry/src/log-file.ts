// A log file that is put aside when it has grown. Written synchronously: the last lines before a crash are those that matter. Several
// processes may write to one path. A full disk or a folder that is gone costs lines in the file, and nothing else.
import { closeSync, constants, fstatSync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs';
import { reason, shiftAside, underLock } from './log-rotation.ts';

export interface LogFileLimits {
  readonly path: string;
  /** A file that would grow beyond it is put aside first. */
  readonly maxBytes: number;
  /** How many files there are at most: `x.log`, `x.log.1` … */
  readonly files: number;
}

export interface LogFileOptions extends LogFileLimits {
  /** Says what befalls the file, once each time. */
  readonly say: (trouble: string) => void;
  /** Default: `performance.now`. */
  readonly nowMs?: () => number;
}

export interface LogFile {
  readonly path: string;
  /** A line with its end. Never throws. */
  write(line: string): void;
  close(): void;
}

/** How often it is looked whether the file is still the one of this path. */
const lookMs = 1000;
/** How long a file that cannot be written, or be put aside, is left alone. */
const restMs = 60_000;
/** A pipe without reader must not hold up the program. */
const openFlags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

export function createLogFile(options: LogFileOptions): LogFile {
  const { path, maxBytes, files, say, nowMs = () => performance.now() } = options;
  let file: { readonly fd: number; readonly inode: number; size: number } | undefined;
  let isClosed = false;
  let isTroubled = false;
  let isTorn = false;
  let isStuck = false;
  let leftOut = 0;
  let lookAtMs = 0;
  let openAtMs = Number.NEGATIVE_INFINITY;
  let rotateAtMs = Number.NEGATIVE_INFINITY;

  function open(): NonNullable<typeof file> {
    const fd = openSync(path, openFlags, 0o600);
    const { ino, size } = fstatSync(fd);
    lookAtMs = nowMs() + lookMs;
    file = { fd, inode: ino, size };
    return file;
  }

  function letGo(): void {
    if (file !== undefined) closeSync(file.fd);
    file = undefined;
  }

  /** Somebody else may have put the file aside, removed it, or written to it. */
  function look(current: NonNullable<typeof file>): NonNullable<typeof file> {
    lookAtMs = nowMs() + lookMs;
    const there = statSync(path, { throwIfNoEntry: false });
    if (there?.ino === current.inode) {
      current.size = there.size;
      return current;
    }
    letGo();
    return open();
  }

  function rotate(current: NonNullable<typeof file>): NonNullable<typeof file> {
    const seen = look(current);
    if (seen.size === 0 || seen !== current) return seen;
    try {
      underLock(`${path}.lock`, () => {
        if (statSync(path, { throwIfNoEntry: false })?.ino !== current.inode) return;
        if (files > 1) shiftAside(path, files);
        else ftruncateSync(current.fd);
      });
    } catch (error) {
      rotateAtMs = nowMs() + restMs;
      if (!isStuck) say(`${path} cannot be put aside and goes on growing: ${reason(error)}`);
      isStuck = true;
      return current;
    }
    isStuck = false;
    return look(current);
  }

  function put(line: string): void {
    let current = file ?? open();
    if (nowMs() >= lookAtMs) current = look(current);
    const bytes = Buffer.from(isTorn ? `\n${line}` : line);
    if (current.size > 0 && current.size + bytes.length > maxBytes && nowMs() >= rotateAtMs) current = rotate(current);
    const written = writeSync(current.fd, bytes);
    current.size += written;
    isTorn = written < bytes.length;
    if (isTorn) throw new Error('no space left');
  }

  return {
    path,
    write(line) {
      if (isClosed) return;
      if (file === undefined && nowMs() < openAtMs) {
        leftOut++;
        return;
      }
      try {
        put(line);
        if (isTroubled) say(`${path} is written again; ${leftOut} lines are not in it.`);
        isTroubled = false;
        leftOut = 0;
      } catch (error) {
        leftOut++;
        openAtMs = nowMs() + restMs;
        try {
          letGo();
        } catch {}
        if (!isTroubled) say(`${path} cannot be written, so the log goes on without it: ${reason(error)}`);
        isTroubled = true;
      }
    },
    close() {
      isClosed = true;
      try {
        letGo();
      } catch {}
    },
  };
}
