// What is recorded of launches, in the status of a profile: plain data, written before anything is started, so that an
// operator that is started anew goes on where another one ended.

/** Where a launch is to be found; made by the launcher's `plan`, whose own members travel along. */
export interface LaunchHandle {
  readonly launcher: string;
  readonly id: string;
  readonly n: number;
}

/**
 * `expected`: launched, or to be launched; not registered yet. `registered`. `missing`: was registered and is not now.
 * `gone`: ended by itself; holds its place until it is replaced. `draining`: not wanted; finishes its tasks. `stopping`: told
 * to end. `done`: nothing is expected of it any more.
 */
export type EngineState = 'expected' | 'registered' | 'missing' | 'gone' | 'draining' | 'stopping' | 'done';

export interface EngineRecord {
  state: EngineState;
  /** When that state began, in milliseconds since 1970; so are all moments here. */
  since: number;
  /** Of one that is gone: not replaced before this moment. */
  dueAt?: number;
}

/**
 * `new`: recorded, to be submitted. `up`: the launcher has it. `removing`: to be ended and cleaned up. `waiting`: ended and
 * cleaned up; holds the places of its `gone` engines until they are replaced.
 */
export type LaunchState = 'new' | 'up' | 'removing' | 'waiting';

export interface LaunchRecord {
  /** Name of its launcher. */
  readonly launcher: string;
  readonly id: string;
  /** How many engines. */
  readonly n: number;
  /** Of the engine template that it was made from. */
  readonly templateHash: string;
  readonly handle: LaunchHandle;
  state: LaunchState;
  since: number;
  /** Tries in a row, of this launch and those that it replaces, that ended badly. */
  failures: number;
  /** Not before this moment: the next call to the launcher. 0: at once. */
  retryAt: number;
  /** Every submit is known to have failed: nothing was started. */
  clean?: true;
  /** What went wrong or what it waits for, for people; "" when there is nothing to say. */
  reason: string;
  /** By index: the engine's uuid is `ID-INDEX`. */
  readonly engines: EngineRecord[];
}

export const uuidOf = (launch: { readonly id: string }, index: number): string => `${launch.id}-${index}`;

/** All engines of all launches, newest launch last. */
export function* enginesOf(
  launches: readonly LaunchRecord[],
): Generator<{ readonly launch: LaunchRecord; readonly engine: EngineRecord; readonly uuid: string }> {
  for (const launch of launches)
    for (const [index, engine] of launch.engines.entries()) yield { launch, engine, uuid: uuidOf(launch, index) };
}

export function setEngine(engine: EngineRecord, state: EngineState, nowMs: number): void {
  if (engine.state === state) return;
  engine.state = state;
  engine.since = nowMs;
  delete engine.dueAt;
}

export function setLaunch(launch: LaunchRecord, state: LaunchState, nowMs: number): void {
  launch.state = state;
  launch.since = nowMs;
  launch.retryAt = 0;
}

/** The whole launch is not wanted any more: end it and clean up. Of one that is being removed only the places go. */
export function dismiss(launch: LaunchRecord, nowMs: number): void {
  const holdsPlaces = launch.engines.some(({ state }) => state === 'gone');
  if (launch.state === 'removing' && !holdsPlaces) return;
  const end = launch.state === 'waiting' ? 'done' : 'stopping';
  for (const engine of launch.engines) if (engine.state !== 'done') setEngine(engine, end, nowMs);
  if (launch.state === 'removing' || launch.state === 'waiting') return;
  setLaunch(launch, 'removing', nowMs);
  launch.failures = 0;
}
