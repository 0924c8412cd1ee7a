export interface UntilOptions {
  /** Default 10,000. */
  readonly timeoutMs?: number;
  /** Default 20. */
  readonly everyMs?: number;
  /** What is waited for; stands in the error. A function is asked when the time is over. */
  readonly what: string | (() => string);
}

type Falsy = false | null | undefined | 0 | '';

/**
 * Polls until the condition gives something true, and resolves to that. A condition that throws counts as not yet; the
 * last such error is the cause of the rejection after `timeoutMs`.
 */
export async function until<T>(condition: () => T | Promise<T>, options: UntilOptions): Promise<Exclude<T, Falsy>> {
  const timeoutMs = options.timeoutMs ?? 10_000;
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value as Exclude<T, Falsy>;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= deadline) break;
    await new Promise((done) => setTimeout(done, options.everyMs ?? 20));
  }
  const what = typeof options.what === 'string' ? options.what : options.what();
  const why = cause instanceof Error ? ` (${cause.message})` : '';
  throw new Error(`Not within ${timeoutMs} ms: ${what}${why}`, { cause });
}
