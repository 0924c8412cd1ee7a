// A log file that is put aside when it has grown. Written synchronously: the last lines before a crash are those that matter. Several
// processes may write to one path. A full disk or a folder that is gone costs lines in the file, and nothing else.
import { reason, shiftAside, underLock } from './log-rotation.ts';
import { createWatchedFile } from './watched-file.ts';

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

/** How long a file that cannot be written, or be put aside, is left alone. */
const restMs = 60_000;

export function createLogFile(options: LogFileOptions): LogFile {
  const { path, say, nowMs = () => performance.now() } = options;
  const put = createPut({ ...options, nowMs });
  let isClosed = false;
  let isTroubled = false;
  let leftOut = 0;
  let againAtMs = Number.NEGATIVE_INFINITY;

  return {
    path,
    write(line) {
      if (isClosed) return;
      if (isTroubled && nowMs() < againAtMs) {
        leftOut++;
        return;
      }
      try {
        put.line(line);
        if (isTroubled) say(`${path} is written again; ${leftOut} lines are not in it.`);
        isTroubled = false;
        leftOut = 0;
      } catch (error) {
        leftOut++;
        againAtMs = nowMs() + restMs;
        put.close();
        if (!isTroubled) say(`${path} cannot be written, so the log goes on without it: ${reason(error)}`);
        isTroubled = true;
      }
    },
    close() {
      isClosed = true;
      put.close();
    },
  };
}

/** Writes lines whole, and puts the file aside before it grows too large. `line` throws the system's error. */
function createPut({ path, maxBytes, files, say, nowMs }: Required<LogFileOptions>) {
  const file = createWatchedFile(path, nowMs);
  let isTorn = false;
  let isStuck = false;
  let asideAtMs = Number.NEGATIVE_INFINITY;

  function putAside(): void {
    try {
      underLock(`${path}.lock`, () => {
        // Else another process has done it.
        if (!file.isCurrent()) return;
        if (files > 1) shiftAside(path, files);
        else file.empty();
      });
      isStuck = false;
    } catch (error) {
      asideAtMs = nowMs() + restMs;
      if (!isStuck) say(`${path} cannot be put aside and goes on growing: ${reason(error)}`);
      isStuck = true;
    }
    file.size(true);
  }

  return {
    line(line: string): void {
      const bytes = Buffer.from(isTorn ? `\n${line}` : line);
      const isFull = (size: number): boolean => size > 0 && size + bytes.length > maxBytes;
      if (isFull(file.size()) && nowMs() >= asideAtMs && isFull(file.size(true))) putAside();
      isTorn = file.write(bytes) < bytes.length;
      if (isTorn) throw new Error('no space left');
    },
    close(): void {
      try {
        file.close();
      } catch {}
    },
  };
}
