import type { EngineRecord, LaunchRecord } from './launches.ts';
import { setEngine } from './launches.ts';
import type { Tuning } from './world.ts';

/** Before try number `failures + 1`. */
export function retryDelayMs(failures: number, tuning: Tuning): number {
  if (failures <= 0) return 0;
  return Math.min(tuning.lastRetryMs, tuning.firstRetryMs * 2 ** Math.min(failures - 1, 30));
}

/**
 * An engine ended by itself. One that had been well is replaced at once, and so is, for the first time, one that had
 * registered; those that ended before that, or do it again and again, wait longer each time. Engines of one launch that
 * end together count once.
 */
export function markGone(launch: LaunchRecord, engine: EngineRecord, nowMs: number, tuning: Tuning): void {
  const { state, since } = engine;
  const wasWell = state === 'missing' || (state === 'registered' && nowMs - since >= tuning.stableMs);
  if (wasWell) launch.failures = 1;
  else if (!launch.engines.some((other) => other.state === 'gone' && other.since === nowMs)) launch.failures++;
  const forgiven = wasWell || state === 'registered' ? 1 : 0;
  setEngine(engine, 'gone', nowMs);
  engine.dueAt = nowMs + retryDelayMs(launch.failures - forgiven, tuning);
}
