// How many files and connections this process may have open. Where there are no more, connections are closed as soon as they
// are made, and nobody is told: so it is said before. Node has raised the soft limit to the hard one when it started.
import { readdirSync, readFileSync } from 'node:fs';
import type { Logger } from './logger.ts';

export interface OpenFiles {
  readonly open: number;
  readonly most: number;
}

let limit: number | undefined;

/** Undefined where the system does not tell. */
export function countOpenFiles(): OpenFiles | undefined {
  try {
    limit ??= Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? 'Infinity');
    // One is the folder that is read.
    return { open: readdirSync('/proc/self/fd').length - 1, most: limit };
  } catch (error) {
    const isFull = (error as NodeJS.ErrnoException).code === 'EMFILE' && limit !== undefined;
    return isFull ? { open: limit!, most: limit! } : undefined;
  }
}

export interface OpenFilesWatch {
  stop(): void;
}

const everyMs = 1000;
/** It looks so much less often than that takes time. */
const restPerLook = 500;
const tooFull = 0.8;
const againMs = 60_000;

/** Warns when few are left, and again every minute while that is so. Does not keep the process alive. */
export function watchOpenFiles(log: Logger, count = countOpenFiles): OpenFilesWatch {
  let warnedMs = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  function look(): void {
    const beganMs = performance.now();
    const files = count();
    if (files === undefined) return;
    const { open, most } = files;
    const nowMs = performance.now();
    if (open > most * tooFull && nowMs - warnedMs >= againMs) {
      warnedMs = nowMs;
      const remedy =
        'raise the limit (ulimit -n, LimitNOFILE of systemd, --ulimit of docker): an engine or client takes up to eight connections';
      log.warn({ open, most, remedy }, 'few connections are left: engines and clients beyond them cannot come');
    }
    timer = setTimeout(look, Math.max(everyMs, (nowMs - beganMs) * restPerLook)).unref();
  }
  // At once, too: when none are left, the limit cannot be read.
  look();
  return { stop: () => clearTimeout(timer) };
}
