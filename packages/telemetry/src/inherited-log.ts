// Where whoever started this program keeps what it says in a file of the log folder, that is its log file. The program cannot exchange
// it, but it can copy it aside and begin it anew, so that it does not grow for ever.
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readlinkSync,
  readSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { LogFile, LogFileOptions } from './log-file.ts';
import { reason, remove, shiftAside, underLock } from './log-rotation.ts';

const stderr = 2;
const append = 0o2000;
const lookMs = 1000;
const restMs = 60_000;

/** The file that stderr is, when it is one of this folder; undefined too where the system does not tell. */
export function inheritedLogPath(folder: string): string | undefined {
  try {
    const path = readlinkSync('/proc/self/fd/2');
    const isThere = dirname(path) === folder && statSync(path).ino === fstatSync(stderr).ino;
    return isThere ? path : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps that file within its limits; the lines are written by whoever writes to stderr. */
export function keepInheritedLog({ path, maxBytes, files, say }: LogFileOptions): LogFile {
  let sinceLook = 0;
  let lookAtMs = 0;
  let isStuck = false;

  function look(): void {
    lookAtMs = performance.now() + lookMs;
    sinceLook = 0;
    if (fstatSync(stderr).size < maxBytes || !isAppended()) return;
    try {
      underLock(`${path}.lock`, () => copyAside(path, files));
      isStuck = false;
    } catch (error) {
      lookAtMs = performance.now() + restMs;
      if (!isStuck) say(`${path} cannot be put aside and goes on growing: ${reason(error)}`);
      isStuck = true;
    }
  }

  return {
    path,
    write(line) {
      sinceLook += line.length;
      if (performance.now() < lookAtMs && sinceLook < maxBytes) return;
      try {
        look();
      } catch {}
    },
    close() {},
  };
}

/** Only then do all who write to it go on at its new end. */
function isAppended(): boolean {
  const flags = /^flags:\s*(\d+)/m.exec(readFileSync('/proc/self/fdinfo/2', 'latin1'))?.[1] ?? '0';
  return (Number.parseInt(flags, 8) & append) !== 0;
}

function copyAside(path: string, files: number): void {
  if (files > 1) {
    const copy = `${path}.copy`;
    try {
      copyFileSync(path, copy);
      appendFileSync(copy, readFrom(path, statSync(copy).size));
      shiftAside(path, files, copy);
    } catch (error) {
      remove(copy);
      throw error;
    }
  }
  ftruncateSync(stderr);
}

/** What others have written meanwhile. */
function readFrom(path: string, from: number): Buffer {
  const fd = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(Math.max(0, fstatSync(fd).size - from));
    return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, from));
  } finally {
    closeSync(fd);
  }
}
