// What the operator knows of one profile at one moment. All of it comes in as data.
import type { LaunchHandle } from './launches.ts';
import type { ProfileStatus } from './status.ts';

/** What the profile asks for. */
export interface Profile {
  /** A DNS label or subdomain. */
  readonly name: string;
  /** Grows with each change of the spec. */
  readonly generation: number;
  readonly engines: number;
  /** Of `spec.engine` and the launcher, without counts: engines of another one are to be replaced. */
  readonly templateHash: string;
  /** Somebody deleted it. */
  readonly deleting: boolean;
  /** It is kept until we let it go. */
  readonly held: boolean;
  readonly launcher: LauncherFacts;
}

export interface LauncherFacts {
  readonly name: string;
  /** Engines of one launch at most: 1 where each engine is a launch of its own. */
  readonly maxEngines: number;
  /** Pure: where a launch goes, or why there is no place for it. */
  plan(id: string, n: number, taken: readonly LaunchHandle[]): Planned;
  /** Is the place of this launch still one that the profile names? */
  accepts(handle: LaunchHandle): boolean;
}

export type Planned =
  | { readonly handle: LaunchHandle }
  | { readonly refused: { readonly reason: string; readonly message: string } };

/** What a launcher says of a launch. Without one, nothing is known. */
export interface Observation {
  /** When it was asked: it may have changed since. */
  readonly atMs: number;
  /** By index. */
  readonly engines: readonly {
    readonly state: 'absent' | 'queued' | 'starting' | 'running' | 'ended' | 'unknown';
    readonly reason: string;
  }[];
  readonly reason: string;
}

/** A call to a launcher: one at a time for each launch. What came of it stays here until it has been written down. */
export interface Call {
  readonly what: 'submit' | 'remove';
  readonly state: 'under way' | 'done' | 'failed';
  /** Of a call that failed, for people. */
  readonly reason: string;
}

/** What the scheduler was asked about an engine. */
export interface Drain {
  readonly asked: 'drain' | 'resume';
  readonly atMs: number;
  /** It had tasks then. */
  readonly busy: boolean;
}

export interface World {
  readonly nowMs: number;
  readonly status: ProfileStatus;
  /** By launch id. */
  readonly observed: ReadonlyMap<string, Observation>;
  /** By launch id. */
  readonly calls: ReadonlyMap<string, Call>;
  /** uuids of registered engines, also of others than ours; undefined until the hub has said so. */
  readonly registered: ReadonlySet<string> | undefined;
  /** What each engine has to do, direct requests and tasks; undefined when nobody knows. By uuid. */
  readonly load: ReadonlyMap<string, EngineLoad> | undefined;
  /** By uuid: engines that were drained or resumed, or may have been. */
  readonly drains: ReadonlyMap<string, Drain>;
  /** By uuid: when an engine was told to shut down. */
  readonly shutdowns: ReadonlyMap<string, number>;
}

export interface EngineLoad {
  readonly queued: number;
  readonly tasks: number;
}

/** What a reconciliation may not make up by itself. */
export interface Inputs {
  /** Five characters, a to z and 0 to 9. */
  newSuffix(): string;
  readonly tuning: Tuning;
}

export interface Tuning {
  /** First and longest delay before a launch that failed is tried again. */
  readonly firstRetryMs: number;
  readonly lastRetryMs: number;
  /** An engine that was registered for so long is taken to be well: when it ends, it is replaced at once. */
  readonly stableMs: number;
  /** An engine that is not registered any more, though its launcher says that it runs, is given up after so long. */
  readonly missingMs: number;
  /** An engine is given up that has not registered so long after another one of its launch. */
  readonly stragglerMs: number;
  /** Between two questions whether an engine still has tasks. */
  readonly drainPollMs: number;
  /** An engine that still has tasks after so long is shut down. */
  readonly drainTimeoutMs: number;
  /** Between two requests to one engine to shut down. */
  readonly shutdownRetryMs: number;
  /** A launch that was never started counts as removed when so many removals in a row have failed. */
  readonly cleanRemovals: number;
  /** Engines of one profile at most. */
  readonly maxEngines: number;
}

export const defaultTuning: Tuning = {
  firstRetryMs: 1000,
  lastRetryMs: 60_000,
  stableMs: 60_000,
  missingMs: 60_000,
  stragglerMs: 300_000,
  drainPollMs: 1000,
  drainTimeoutMs: 3_600_000,
  shutdownRetryMs: 10_000,
  cleanRemovals: 3,
  maxEngines: 2000,
};
