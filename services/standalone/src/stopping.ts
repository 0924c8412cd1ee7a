// The end of the program: by a signal, or because somebody asked for it.

export interface Stopping {
  /** Is aborted when the program is to end. */
  readonly signal: AbortSignal;
  /** Resolves to the reason. */
  readonly asked: Promise<string>;
  ask(why: string): void;
  /** Leaves signals to whoever takes them next. */
  close(): void;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const numbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** The second signal ends the process at once. */
export function createStopping(): Stopping {
  const controller = new AbortController();
  const { promise: asked, resolve } = Promise.withResolvers<string>();
  const ask = (why: string): void => {
    resolve(why);
    controller.abort();
  };
  const onSignal = (signal: (typeof signals)[number]): void => {
    if (controller.signal.aborted) process.exit(128 + numbers[signal]);
    ask(signal);
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    asked,
    ask,
    close() {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}

/** Resolves when the time is over or the signal comes. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });
}
