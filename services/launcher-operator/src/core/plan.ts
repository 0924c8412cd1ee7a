// From what there is to what is wanted: new launches, victims, and the exchange of engines of an earlier template. Changes
// the records; what has to be done for them follows from the records alone (requests.ts).
import type { ProfileEvent } from './effects.ts';
import type { EngineRecord, LaunchRecord } from './launches.ts';
import { dismiss, setEngine } from './launches.ts';
import { nameLaunch } from './names.ts';
import type { Place } from './victims.ts';
import { chooseVictims, endDrained, letGo, placesOf } from './victims.ts';
import type { Inputs, Profile, World } from './world.ts';

export interface Plan {
  readonly launches: LaunchRecord[];
  /** Why a launch that is wanted has no place. */
  readonly refused: { readonly reason: string; readonly message: string } | undefined;
  /** Engines of an earlier template that are still to be replaced. */
  readonly outdated: number;
}

export function plan(
  profile: Profile,
  world: World,
  inputs: Inputs,
  launches: LaunchRecord[],
  events: ProfileEvent[],
): Plan {
  const desired = Math.min(profile.engines, inputs.tuning.maxEngines);
  const isCurrent = (launch: LaunchRecord): boolean => isOfTemplate(launch, profile);
  dropOutdated(launches, isCurrent, world.nowMs);
  const surge = Math.max(1, Math.floor(desired / 4));
  const current = placesOf(launches, isCurrent);
  const outdated = placesOf(launches, (launch) => !isCurrent(launch));
  scaleDown(current, desired, world, events);
  resume(launches, isCurrent, desired - current.length, world);
  const { made, refused } = scaleUp({ profile, world, inputs, launches, desired, surge, outdated: outdated.length });
  if (made > 0) {
    const what = made === 1 ? 'one engine' : `${made} engines`;
    events.push({ type: 'Normal', reason: 'Launching', message: `Launching ${what} (${profile.launcher.name})` });
  }
  replaceOutdated({ launches, isCurrent, outdated, desired, surge, blocked: refused !== undefined }, world);
  endDrained(launches, world, inputs.tuning.drainTimeoutMs);
  const left = launches.filter(({ state, engines }) => state !== 'waiting' || engines.some(isGone));
  return { launches: left, refused, outdated: placesOf(left, (launch) => !isCurrent(launch)).length };
}

const isGone = ({ state }: EngineRecord): boolean => state === 'gone';

/** Made as the profile wants it now, and where. */
export const isOfTemplate = (launch: LaunchRecord, { templateHash, launcher }: Profile): boolean =>
  launch.templateHash === templateHash && launch.launcher === launcher.name && launcher.accepts(launch.handle);

/** Of an earlier template: those that are not registered are of no use to anybody. */
function dropOutdated(
  launches: readonly LaunchRecord[],
  isCurrent: (launch: LaunchRecord) => boolean,
  nowMs: number,
): void {
  for (const launch of launches) {
    if (isCurrent(launch)) continue;
    if (!launch.engines.some(({ state }) => state === 'registered' || state === 'missing' || state === 'draining'))
      dismiss(launch, nowMs);
    for (const engine of launch.engines) {
      if (engine.state === 'gone') setEngine(engine, 'done', nowMs);
      else if (engine.state === 'expected') setEngine(engine, 'draining', nowMs);
    }
  }
}

function scaleDown(places: readonly Place[], desired: number, world: World, events: ProfileEvent[]): void {
  if (places.length <= desired) return;
  const victims = chooseVictims(places, places.length - desired, world);
  letGo(victims, world.nowMs);
  const what = victims.length === 1 ? 'one engine' : `${victims.length} engines`;
  events.push({ type: 'Normal', reason: 'ScalingDown', message: `Letting go of ${what}` });
}

/** Wanted again while they were draining: those that are registered first. */
function resume(
  launches: readonly LaunchRecord[],
  isCurrent: (launch: LaunchRecord) => boolean,
  lacking: number,
  world: World,
): void {
  const draining = launches
    .filter((launch) => isCurrent(launch) && (launch.state === 'up' || launch.state === 'new'))
    .flatMap((launch) => launch.engines.map((engine, index) => ({ engine, uuid: `${launch.id}-${index}` })))
    .filter(({ engine }) => engine.state === 'draining')
    .map((place) => ({ ...place, registered: world.registered?.has(place.uuid) === true }))
    .sort((a, b) => Number(b.registered) - Number(a.registered));
  for (const { engine, registered } of draining.slice(0, Math.max(0, lacking)))
    setEngine(engine, registered ? 'registered' : 'expected', world.nowMs);
}

interface ScaleUp {
  readonly profile: Profile;
  readonly world: World;
  readonly inputs: Inputs;
  readonly launches: LaunchRecord[];
  readonly desired: number;
  readonly surge: number;
  /** Engines of an earlier template that are still at work. */
  readonly outdated: number;
}

/** Adds launches for engines that lack and for those that are gone and may be replaced by now. */
function scaleUp({ profile, world, inputs, launches, ...wanted }: ScaleUp): {
  made: number;
  refused: Plan['refused'];
} {
  const places = placesOf(launches, (launch) => isOfTemplate(launch, profile));
  const due = places.filter(({ engine }) => engine.state === 'gone' && (engine.dueAt ?? 0) <= world.nowMs);
  const { desired, surge, outdated } = wanted;
  let lacking = desired - places.length;
  if (outdated > 0) {
    const ending = launches.flatMap(({ engines }) => engines).filter(({ state }) => state === 'draining').length;
    lacking = Math.min(lacking, desired + surge - places.length - outdated - ending);
  }
  let left = Math.max(0, lacking) + due.length;
  let made = 0;
  while (left > 0) {
    const n = Math.min(left, profile.launcher.maxEngines);
    const id = nameLaunch(profile.name, launches, inputs);
    const taken = launches.filter(({ state }) => state !== 'waiting').map(({ handle }) => handle);
    const planned = profile.launcher.plan(id, n, taken);
    if ('refused' in planned) return { made, refused: planned.refused };
    const replaced = due.splice(0, n);
    const failures = Math.max(0, ...replaced.map(({ launch }) => launch.failures));
    for (const { engine } of replaced) setEngine(engine, 'done', world.nowMs);
    launches.push({
      launcher: profile.launcher.name,
      id,
      n,
      templateHash: profile.templateHash,
      handle: planned.handle,
      state: 'new',
      since: world.nowMs,
      failures,
      retryAt: 0,
      reason: '',
      engines: Array.from({ length: n }, () => ({ state: 'expected' as const, since: world.nowMs })),
    });
    made += n;
    left -= n;
  }
  return { made, refused: undefined };
}

interface Exchange {
  readonly launches: readonly LaunchRecord[];
  readonly isCurrent: (launch: LaunchRecord) => boolean;
  readonly outdated: readonly Place[];
  readonly desired: number;
  readonly surge: number;
  /** New launches find no place while the old ones are there. */
  readonly blocked: boolean;
}

/** New ones first: as many as are registered beyond what is desired may go. */
function replaceOutdated({ launches, isCurrent, outdated, ...wanted }: Exchange, world: World): void {
  const { desired, surge, blocked } = wanted;
  if (outdated.length === 0) return;
  const registered = (places: readonly Place[]): number =>
    places.filter(({ engine }) => engine.state === 'registered').length;
  let excess = registered(placesOf(launches, isCurrent)) + registered(outdated) - desired;
  const ending = launches.some(
    ({ state, engines }) => state === 'removing' || engines.some((engine) => engine.state === 'draining'),
  );
  if (blocked && !ending) excess = Math.max(excess, surge);
  if (desired === 0) excess = outdated.length;
  if (excess > 0) letGo(chooseVictims(outdated, excess, world), world.nowMs);
}
