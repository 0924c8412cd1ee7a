// The one door: from what a profile asks for and what there is to what has to be done. Level-triggered: it looks at the
// present only, so it can be called at any time and as often as one likes.
import { describe, stamp } from './conditions.ts';
import type { OperatorEffect, ProfileEvent } from './effects.ts';
import { isEqual } from './equal.ts';
import type { LaunchRecord } from './launches.ts';
import { dismiss } from './launches.ts';
import { plan } from './plan.ts';
import { isToSubmit, request } from './requests.ts';
import { settle } from './settle.ts';
import type { ProfileStatus } from './status.ts';
import type { Inputs, Profile, World } from './world.ts';

export function reconcile(profile: Profile, world: World, inputs: Inputs): OperatorEffect[] {
  const events: ProfileEvent[] = [];
  const launches = copyLaunches(world.status.launches);
  settle(launches, world, inputs.tuning, events);
  if (profile.deleting) return removeAll(profile, world, inputs, launches, events);
  const planned = plan(profile, world, inputs, launches, events);
  // From the next submit on nobody knows whether something was started, until its outcome is written down.
  for (const launch of planned.launches) if (isToSubmit(launch, world)) delete launch.clean;
  const status = describe(profile, world, inputs.tuning, planned);
  const out: OperatorEffect[] = [];
  if (!profile.held) out.push({ type: 'profile.hold' });
  finish(status, world, inputs, events, out);
  return out;
}

/** Whatever is there has to go, at once; then nothing holds the profile any more. */
function removeAll(
  profile: Profile,
  world: World,
  inputs: Inputs,
  launches: LaunchRecord[],
  events: ProfileEvent[],
): OperatorEffect[] {
  for (const launch of launches) dismiss(launch, world.nowMs);
  const left = launches.filter(({ state }) => state !== 'waiting');
  const out: OperatorEffect[] = [];
  if (left.length === 0) return profile.held ? [{ type: 'profile.release' }] : [];
  const status = describe(profile, world, inputs.tuning, { launches: left, refused: undefined, outdated: 0 });
  finish(status, world, inputs, events, out);
  return out;
}

function finish(
  status: ProfileStatus,
  world: World,
  inputs: Inputs,
  events: readonly ProfileEvent[],
  out: OperatorEffect[],
): void {
  if (!isEqual(status, world.status)) out.push({ type: 'status.write', status });
  const afterMs = request(status.launches, world, inputs.tuning, out);
  for (const event of events) out.push({ type: 'event.tell', event });
  if (afterMs !== undefined) out.push({ type: 'requeue', afterMs });
}

/** A profile that cannot be understood: what runs goes on, and the status says what is wrong. */
export function refuse(
  problem: string,
  generation: number,
  world: { readonly nowMs: number; readonly status: ProfileStatus },
): OperatorEffect[] {
  const ready = stamp({ Ready: { status: 'False', reason: 'BadProfile', message: problem } }, generation, world);
  const others = world.status.conditions.filter(({ type }) => type !== 'Ready');
  const status = { ...world.status, conditions: [...ready, ...others] };
  if (isEqual(status, world.status)) return [];
  return [
    { type: 'status.write', status },
    { type: 'event.tell', event: { type: 'Warning', reason: 'BadProfile', message: problem } },
  ];
}

const copyLaunches = (launches: readonly LaunchRecord[]): LaunchRecord[] =>
  launches.map((launch) => ({ ...launch, engines: launch.engines.map((engine) => ({ ...engine })) }));
