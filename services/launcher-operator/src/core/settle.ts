// What has happened since: outcomes of calls, what launchers say, who is registered. Changes the records, decides nothing.
import { markGone, retryDelayMs } from './backoff.ts';
import type { ProfileEvent } from './effects.ts';
import type { EngineRecord, LaunchRecord } from './launches.ts';
import { setEngine, setLaunch, uuidOf } from './launches.ts';
import type { Call, Tuning, World } from './world.ts';

/** Longest reason that is kept of a launch. */
const maxReasonLength = 600;

export function settle(launches: readonly LaunchRecord[], world: World, tuning: Tuning, events: ProfileEvent[]): void {
  for (const launch of launches) {
    const call = world.calls.get(launch.id);
    if (call !== undefined && call.state !== 'under way') settleCall(launch, call, world.nowMs, tuning, events);
    if (launch.state === 'new' || launch.state === 'up') {
      observe(launch, world, tuning, events);
      lookAtHub(launch, world, tuning, events);
    }
    // Ended by itself: the launcher may still hold a slot, a pod or files for it. Its places stay reserved.
    if (launch.state === 'up' && launch.engines.every(isOver)) setLaunch(launch, 'removing', world.nowMs);
  }
}

const isOver = ({ state }: EngineRecord): boolean => state === 'gone' || state === 'done';

function settleCall(launch: LaunchRecord, call: Call, nowMs: number, tuning: Tuning, events: ProfileEvent[]): void {
  const failed = call.state === 'failed';
  if (call.what === 'submit' && failed) launch.clean = true;
  if (call.what === 'submit' && launch.state === 'new') {
    if (failed) postpone(launch, call, nowMs, tuning, events);
    else {
      setLaunch(launch, 'up', nowMs);
      launch.reason = '';
    }
  } else if (call.what === 'remove' && launch.state === 'removing') {
    if (!failed) return settleRemoved(launch, nowMs);
    postpone(launch, call, nowMs, tuning, events);
    // Where it was never started nothing is left, and nobody should wait for a machine that may not exist.
    if (launch.clean && launch.failures >= tuning.cleanRemovals) settleRemoved(launch, nowMs);
  }
}

function postpone(launch: LaunchRecord, call: Call, nowMs: number, tuning: Tuning, events: ProfileEvent[]): void {
  launch.failures++;
  launch.retryAt = nowMs + retryDelayMs(launch.failures, tuning);
  launch.reason = call.reason.slice(0, maxReasonLength);
  const reason = call.what === 'submit' ? 'LaunchFailed' : 'RemovalFailed';
  events.push({ type: 'Warning', reason, message: `${launch.id}: ${launch.reason}` });
}

function settleRemoved(launch: LaunchRecord, nowMs: number): void {
  for (const engine of launch.engines) if (engine.state !== 'gone') setEngine(engine, 'done', nowMs);
  launch.state = 'waiting';
  launch.since = nowMs;
}

/** What the launcher says, when that is newer than the last change. */
function observe(launch: LaunchRecord, world: World, tuning: Tuning, events: ProfileEvent[]): void {
  const observed = world.observed.get(launch.id);
  if (observed === undefined || launch.state !== 'up' || observed.atMs < launch.since) return;
  const ended: string[] = [];
  for (const [index, engine] of launch.engines.entries()) {
    const said = observed.engines[index];
    if (said === undefined || (said.state !== 'ended' && said.state !== 'absent') || isOver(engine)) continue;
    if (engine.state === 'draining' || engine.state === 'stopping') setEngine(engine, 'done', world.nowMs);
    else {
      const before = engine.state === 'expected' ? ' before it registered' : '';
      ended.push(`${uuidOf(launch, index)} ended${before}: ${said.reason || 'it is not there any more'}`);
      markGone(launch, engine, world.nowMs, tuning);
    }
  }
  if (ended.length > 0) {
    const more = ended.length > 1 ? ` (and ${ended.length - 1} more)` : '';
    launch.reason = `${ended[0]}${more}${observed.reason === '' ? '' : `. ${observed.reason}`}`.slice(
      0,
      maxReasonLength,
    );
    events.push({ type: 'Warning', reason: 'EngineEnded', message: launch.reason });
  } else if (!launch.engines.some(({ state }) => state === 'gone'))
    launch.reason = launch.engines.some(({ state }) => state === 'expected')
      ? (observed.reason || observed.engines.find(({ reason }) => reason !== '')?.reason || '').slice(
          0,
          maxReasonLength,
        )
      : '';
}

function lookAtHub(launch: LaunchRecord, world: World, tuning: Tuning, events: ProfileEvent[]): void {
  if (world.registered === undefined) return;
  for (const [index, engine] of launch.engines.entries()) {
    const uuid = uuidOf(launch, index);
    if (world.registered.has(uuid)) {
      if (engine.state === 'expected' || engine.state === 'missing') setEngine(engine, 'registered', world.nowMs);
      // Given up, replaced, and here again.
      else if (engine.state === 'done' && runs(launch, index, world)) setEngine(engine, 'stopping', world.nowMs);
    } else if (engine.state === 'registered') setEngine(engine, 'missing', world.nowMs);
    else if (engine.state === 'stopping') setEngine(engine, 'done', world.nowMs);
    else if (engine.state === 'missing' && world.nowMs - engine.since >= tuning.missingMs)
      giveUp(launch, engine, `${uuid} lost the controller`);
    else if (engine.state === 'expected' && hasLeftBehind(launch, world.nowMs, tuning))
      giveUp(launch, engine, `${uuid} did not register, others of its launch did`);
    else if (engine.state === 'draining' && hasLeftBehind(launch, world.nowMs, tuning))
      setEngine(engine, 'done', world.nowMs);
  }

  function giveUp(launch: LaunchRecord, engine: EngineRecord, why: string): void {
    markGone(launch, engine, world.nowMs, tuning);
    launch.reason = why;
    events.push({ type: 'Warning', reason: 'EngineLost', message: why });
  }
}

/** Not every launcher can say of a single engine that it has ended: the others tell by being registered for long. */
const hasLeftBehind = ({ engines }: LaunchRecord, nowMs: number, tuning: Tuning): boolean =>
  engines.some(({ state, since }) => state === 'registered' && nowMs - since >= tuning.stragglerMs);

const runs = (launch: LaunchRecord, index: number, world: World): boolean => {
  const observed = world.observed.get(launch.id);
  return observed !== undefined && observed.atMs >= launch.since && observed.engines[index]?.state === 'running';
};
