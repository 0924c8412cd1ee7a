// Whom to let go: those that nobody misses first, then the idle, in each case the newest first.
import type { EngineRecord, EngineState, LaunchRecord } from './launches.ts';
import { dismiss, enginesOf, setEngine, uuidOf } from './launches.ts';
import type { World } from './world.ts';

export interface Place {
  readonly launch: LaunchRecord;
  readonly engine: EngineRecord;
  readonly uuid: string;
}

const worth: Partial<Record<EngineState, number>> = { gone: 0, expected: 1, missing: 2, registered: 3 };

/** The `count` places that are given up. */
export function chooseVictims(places: readonly Place[], count: number, world: World): readonly Place[] {
  const costs = ({ launch, engine, uuid }: Place): number => {
    const load = world.load?.get(uuid);
    const work = load === undefined ? 0 : load.tasks + load.queued;
    const submitted = launch.state === 'new' && launch.failures > 0 ? -0.5 : 0;
    return (worth[engine.state] ?? 0) + submitted + (work === 0 ? 0 : 1 + work / (work + 1));
  };
  return places
    .map((place, age) => ({ place, age, costs: costs(place) }))
    .sort((a, b) => a.costs - b.costs || b.age - a.age)
    .slice(0, count)
    .map(({ place }) => place);
}

/** Engines that have ended are forgotten, others drained; a launch without any engine that is wanted or at work is dismissed. */
export function letGo(victims: readonly Place[], nowMs: number): void {
  for (const { engine } of victims) setEngine(engine, engine.state === 'gone' ? 'done' : 'draining', nowMs);
}

/** Drained engines end: with their launch when it has no others, else by themselves. */
export function endDrained(launches: readonly LaunchRecord[], world: World, drainTimeoutMs: number): void {
  for (const launch of launches) {
    if (!launch.engines.some(({ state }) => state === 'draining')) continue;
    if (launch.state === 'removing' || launch.state === 'waiting') continue;
    const isDrained = (engine: EngineRecord, index: number): boolean =>
      drained(uuidOf(launch, index), engine, world, drainTimeoutMs);
    const isEnding = (engine: EngineRecord, index: number): boolean =>
      engine.state === 'stopping' || engine.state === 'done' || isDrained(engine, index);
    if (launch.engines.every(isEnding)) dismiss(launch, world.nowMs);
    else if (launch.engines.length > 1)
      for (const [index, engine] of launch.engines.entries())
        if (isDrained(engine, index) && world.registered?.has(uuidOf(launch, index)))
          setEngine(engine, 'stopping', world.nowMs);
  }
}

function drained(uuid: string, engine: EngineRecord, world: World, timeoutMs: number): boolean {
  // While the hub says nothing, nobody knows who is registered, and may be at work.
  if (engine.state !== 'draining' || world.registered === undefined) return false;
  if (!world.registered.has(uuid) || world.nowMs - engine.since >= timeoutMs) return true;
  const drain = world.drains.get(uuid);
  return drain?.asked === 'drain' && !drain.busy && drain.atMs >= engine.since && !world.load?.get(uuid)?.queued;
}

/** Places that count as engines we want: launched or to be launched, registered or to be replaced. */
export const placesOf = (launches: readonly LaunchRecord[], isOurs: (launch: LaunchRecord) => boolean): Place[] =>
  [...enginesOf(launches)].filter(({ launch, engine }) => isOurs(launch) && worth[engine.state] !== undefined);
