// One change at a time: what is asked for meanwhile waits, and an end goes before all.
export interface Turns {
  /** Runs when those before have ended. The signal aborts with `outer`, or at an interruption. */
  run<T>(work: (signal: AbortSignal) => Promise<T>, outer?: AbortSignal): Promise<T>;
  /** Aborts what runs now, and what waits. */
  interrupt(): void;
}

export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  let era = new AbortController();
  return {
    run(work, outer) {
      const signal = outer === undefined ? era.signal : AbortSignal.any([era.signal, outer]);
      const mine = last.then(() => {
        signal.throwIfAborted();
        return work(signal);
      });
      last = mine.catch(() => {});
      return mine;
    },
    interrupt() {
      era.abort();
      era = new AbortController();
    },
  };
}
