import { askTimedOut, busClosed } from './errors.ts';

/** Sees to it that everything that is waited for ends: by its deadline, or with the bus. */
export interface Deadlines {
  /** `signal` tells the work that nobody waits for it any more. Rejects with MusterError `timeout` or `bus_closed`. */
  keep<T>(what: string, timeoutMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  close(): void;
  readonly isClosed: boolean;
}

/** setTimeout takes at most this long. */
export const longestMs = 2 ** 31 - 1;

export function createDeadlines(): Deadlines {
  const waiting = new Set<(error: Error) => void>();
  let isClosed = false;
  return {
    keep(what, timeoutMs, work) {
      if (isClosed) return Promise.reject(busClosed());
      const gaveUp = new AbortController();
      return new Promise((resolve, reject) => {
        const giveUp = (error: Error): void => {
          settle();
          reject(error);
          gaveUp.abort(error);
        };
        const timer = setTimeout(() => giveUp(askTimedOut(what, timeoutMs)), Math.min(timeoutMs, longestMs));
        const settle = (): void => {
          clearTimeout(timer);
          waiting.delete(giveUp);
        };
        waiting.add(giveUp);
        work(gaveUp.signal).finally(settle).then(resolve, reject);
      });
    },
    close() {
      isClosed = true;
      for (const giveUp of [...waiting]) giveUp(busClosed());
    },
    get isClosed() {
      return isClosed;
    },
  };
}
