// What has to be asked of launchers, scheduler and engines. It follows from the records and from what has been asked
// already, so that a reconciliation which is repeated asks nothing twice.
import type { OperatorEffect } from './effects.ts';
import type { LaunchRecord } from './launches.ts';
import { enginesOf, uuidOf } from './launches.ts';
import type { Tuning, World } from './world.ts';

/** Adds the effects to `out`. Gives how long until something is due that no event tells of, in ms. */
export function request(
  launches: readonly LaunchRecord[],
  world: World,
  tuning: Tuning,
  out: OperatorEffect[],
): number | undefined {
  let nextAt = Number.POSITIVE_INFINITY;
  /** True when it is time; else it will be looked at then. */
  const isDue = (atMs: number): boolean => {
    if (atMs > world.nowMs) nextAt = Math.min(nextAt, atMs);
    return atMs <= world.nowMs;
  };
  callLaunchers(launches, world, isDue, out);
  askScheduler(launches, world, tuning, isDue, out);
  shutDown(launches, world, tuning, isDue, out);
  for (const { launch, engine } of enginesOf(launches)) {
    if (engine.state === 'gone') isDue(engine.dueAt ?? 0);
    else if (engine.state === 'missing') isDue(engine.since + tuning.missingMs);
    else if (engine.state === 'registered' && launch.engines.length > 1) isDue(engine.since + tuning.stragglerMs);
    else if (engine.state === 'draining') isDue(engine.since + tuning.drainTimeoutMs);
  }
  return nextAt === Number.POSITIVE_INFINITY ? undefined : nextAt - world.nowMs;
}

type IsDue = (atMs: number) => boolean;

const isUnderWay = (launch: LaunchRecord, world: World): boolean => world.calls.get(launch.id)?.state === 'under way';

export const isToSubmit = (launch: LaunchRecord, world: World): boolean =>
  launch.state === 'new' && launch.retryAt <= world.nowMs && !isUnderWay(launch, world);

function callLaunchers(launches: readonly LaunchRecord[], world: World, isDue: IsDue, out: OperatorEffect[]): void {
  for (const launch of launches) {
    if (isUnderWay(launch, world)) continue;
    if (launch.state === 'new' && isDue(launch.retryAt)) out.push({ type: 'launch.submit', launch });
    else if (launch.state === 'removing' && isDue(launch.retryAt)) out.push({ type: 'launch.remove', launch });
  }
}

function askScheduler(
  launches: readonly LaunchRecord[],
  world: World,
  tuning: Tuning,
  isDue: IsDue,
  out: OperatorEffect[],
): void {
  const draining = new Set<string>();
  const drain: string[] = [];
  for (const { launch, engine, uuid } of enginesOf(launches)) {
    if (engine.state !== 'draining' && engine.state !== 'stopping') continue;
    draining.add(uuid);
    if (engine.state === 'stopping' || launch.state !== 'up' || !world.registered?.has(uuid)) continue;
    const last = world.drains.get(uuid);
    const again = last?.asked === 'drain' && last.atMs >= engine.since;
    if (!again || isDue(last.atMs + tuning.drainPollMs)) drain.push(uuid);
  }
  const resume: string[] = [];
  for (const [uuid, last] of world.drains) {
    if (draining.has(uuid) || !world.registered?.has(uuid)) continue;
    if (last.asked === 'drain' || isDue(last.atMs + tuning.drainPollMs)) resume.push(uuid);
  }
  if (drain.length + resume.length > 0) isDue(world.nowMs + tuning.drainPollMs);
  if (drain.length > 0) out.push({ type: 'engines.drain', uuids: drain });
  if (resume.length > 0) out.push({ type: 'engines.resume', uuids: resume });
}

/** Single engines of a launch whose others go on. */
function shutDown(
  launches: readonly LaunchRecord[],
  world: World,
  tuning: Tuning,
  isDue: IsDue,
  out: OperatorEffect[],
): void {
  for (const launch of launches) {
    if (launch.state !== 'up') continue;
    for (const [index, engine] of launch.engines.entries()) {
      const uuid = uuidOf(launch, index);
      if (engine.state !== 'stopping' || !world.registered?.has(uuid)) continue;
      const lastMs = world.shutdowns.get(uuid);
      if (lastMs !== undefined && !isDue(lastMs + tuning.shutdownRetryMs)) continue;
      out.push({ type: 'engine.shutdown', uuid });
      isDue(world.nowMs + tuning.shutdownRetryMs);
    }
  }
}
