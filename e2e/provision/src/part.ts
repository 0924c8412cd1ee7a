import type { Progress } from './progress.ts';

/** A real thing that tests run against, kept in a folder of the cache. */
export interface Part {
  /** As people say it, e.g. `ipyparallel 9.2.0`. */
  readonly title: string;
  /** Name of the folder in the cache, without the hash. */
  readonly folderName: string;
  /** All that decides whether what is in the cache still fits; its hash is part of the folder's name. */
  readonly recipe: string;
  /** Why this machine can run it in no way, however much is installed; undefined when it can. */
  unfit?(): Promise<string | undefined>;
  /** Builds into `folder`, which does not exist yet. Rejects with what went wrong and what to do. */
  build(folder: string, progress: Progress): Promise<void>;
  /** Tries what is in `folder`, quickly; undefined when it works, else what is wrong. */
  fault(folder: string): Promise<string | undefined>;
}
