import type { AsyncResult } from './async-result.ts';

export interface ImapOptions {
  /** Items in one task. Default 1. */
  readonly chunkSize?: number;
  /** Tasks under way at a time; reading of items pauses there. Default 4 an engine, at least 16. */
  readonly window?: number;
  /** Results in the order of the items (default), or as they come. */
  readonly ordered?: boolean;
}

type Submit<T, R> = (chunk: readonly T[], start: number) => AsyncResult<R[]>;

/** A window of tasks that moves over the items. The first error ends it and aborts the rest. */
export async function* imap<T, R>(
  submit: Submit<T, R>,
  items: Iterable<T> | AsyncIterable<T>,
  { chunkSize, window, ordered }: Required<ImapOptions>,
): AsyncGenerator<R, void> {
  const source = chunked(items, chunkSize);
  /** Under way, oldest first. */
  const running = new Set<AsyncResult<R[]>>();
  let reading: Promise<IteratorResult<T[], void>> | undefined;
  let start = 0;
  let more = true;
  try {
    while (more || running.size > 0) {
      if (more && running.size < window) reading ??= source.next();
      // Reading comes first, so that the window is full; a source that is slow holds no results back.
      const read = await Promise.race([...(reading === undefined ? [] : [reading]), oneReady(running, ordered)]);
      if (read !== undefined) {
        reading = undefined;
        if (read.done === true) more = false;
        else {
          running.add(submit(read.value, start));
          start += read.value.length;
        }
        continue;
      }
      const [next] = [...running].filter((result) => result.ready);
      const values = await next!;
      running.delete(next!);
      yield* values;
    }
  } finally {
    // Not awaited: a source that is waiting for its next item would keep us.
    reading?.catch(() => {});
    source.return().catch(() => {});
    await Promise.allSettled([...running].map((result) => result.abort()));
  }
}

/** Resolves when the oldest (`ordered`), or any, has ended. Never when there is none. */
function oneReady<R>(running: ReadonlySet<AsyncResult<R[]>>, ordered: boolean): Promise<undefined> {
  return new Promise((resolve) => {
    const stops: (() => void)[] = [];
    const end = (): void => {
      for (const stop of stops) stop();
      resolve(undefined);
    };
    for (const result of running) {
      if (result.ready) return end();
      stops.push(result.onProgress(end));
      if (ordered) break;
    }
  });
}

async function* chunked<T>(items: Iterable<T> | AsyncIterable<T>, size: number): AsyncGenerator<T[], void> {
  let chunk: T[] = [];
  for await (const item of items) {
    chunk.push(item);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
