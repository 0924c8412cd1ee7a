// Waiting between attempts.

/** Resolves after `ms`, or when the signal comes. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}

export interface BackOff {
  /** Before the first new attempt; doubled each time, and up to a quarter of it left out by chance. */
  readonly firstMs: number;
  readonly mostMs: number;
}

export const delayMs = ({ firstMs, mostMs }: BackOff, failures: number, random: () => number = Math.random): number =>
  Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 30)) * (1 - random() / 4);
