import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guardRun } from './run-guard.ts';

/** How the names of our temporary folders start. */
export const temporaryPrefix = 'muster-';

export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
  /** Removes the folder and all that is in it; a second call does nothing. */
  remove(): Promise<void>;
}

/**
 * A new empty folder (mode 0700) below the system's temporary folder. Use it as `await using folder = await
 * temporaryFolder()`; it is also removed when the process ends without doing so.
 */
export async function temporaryFolder(name = 'test'): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), `${temporaryPrefix}${name}-`));
  guardRun(path);
  // Programs that are just ending may still write: rm retries when a folder turns out not to be empty.
  const remove = (): Promise<void> => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  return { path, remove, [Symbol.asyncDispose]: remove };
}
