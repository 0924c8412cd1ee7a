// The status that people and programs read: counts and conditions, from the records.
import { formatDate } from '@muster/protocol';
import type { LaunchRecord } from './launches.ts';
import { enginesOf } from './launches.ts';
import type { Plan } from './plan.ts';
import { isOfTemplate } from './plan.ts';
import type { Condition, ConditionType, ProfileStatus } from './status.ts';
import type { Profile, Tuning, World } from './world.ts';

type Verdict = Pick<Condition, 'status' | 'reason' | 'message'>;

interface Counts {
  readonly desired: number;
  readonly launched: number;
  readonly registered: number;
}

const launchedStates = new Set(['expected', 'registered', 'missing', 'draining']);

function count(profile: Profile, launches: readonly LaunchRecord[], world: World): Counts {
  let launched = 0;
  let registered = 0;
  for (const { launch, engine, uuid } of enginesOf(launches)) {
    if (launch.state !== 'new' && launch.state !== 'up') continue;
    if (launch.state === 'up' && launchedStates.has(engine.state)) launched++;
    const isThere = world.registered?.has(uuid) ?? engine.state === 'registered';
    if (isThere && launchedStates.has(engine.state)) registered++;
  }
  return { desired: profile.engines, launched, registered };
}

export function describe(profile: Profile, world: World, tuning: Tuning, planned: Plan): ProfileStatus {
  const { launches } = planned;
  const counts = count(profile, launches, world);
  const launched = profile.deleting ? deleting(launches) : judgeLaunched(profile, tuning, planned, counts);
  const verdicts: Record<ConditionType, Verdict> = {
    Ready: profile.deleting ? launched : judgeReady(profile, world, planned, counts, launched),
    Launched: launched,
    Draining: judgeDraining(launches, world),
  };
  return {
    observedGeneration: profile.generation,
    launcher: profile.launcher.name,
    ...counts,
    conditions: stamp(verdicts, profile.generation, world),
    launches,
  };
}

/** The time of a condition changes with its status only. */
export function stamp(
  verdicts: Partial<Record<ConditionType, Verdict>>,
  generation: number,
  world: { readonly nowMs: number; readonly status: ProfileStatus },
): Condition[] {
  const now = formatDate(Math.floor(world.nowMs / 1000) * 1e6);
  return Object.entries(verdicts).map(([type, verdict]) => {
    const before = world.status.conditions.find((condition) => condition.type === type);
    const since = before?.status === verdict.status ? before.lastTransitionTime : now;
    return { type: type as ConditionType, ...verdict, lastTransitionTime: since, observedGeneration: generation };
  });
}

const engines = (n: number): string => (n === 1 ? '1 engine' : `${n} engines`);

const areOf = (n: number): string => `${engines(n)} ${n === 1 ? 'is' : 'are'}`;
const share = (part: number, of: number): string => `${part} of ${areOf(of)}`;

function deleting(launches: readonly LaunchRecord[]): Verdict {
  const stuck = launches.find(({ reason }) => reason !== '');
  const left = launches.reduce((sum, launch) => sum + launch.engines.length, 0);
  const message = `${areOf(left)} being removed.${stuck === undefined ? '' : ` ${stuck.id}: ${stuck.reason}`}`;
  return { status: 'False', reason: 'Deleting', message };
}

function judgeLaunched(profile: Profile, tuning: Tuning, { launches, refused }: Plan, counts: Counts): Verdict {
  const { desired, launched } = counts;
  const ours = launches.filter((launch) => isOfTemplate(launch, profile));
  const up = ours
    .filter(({ state }) => state === 'up')
    .reduce((sum, launch) => sum + launch.engines.filter(({ state }) => launchedStates.has(state)).length, 0);
  if (up >= desired && refused === undefined)
    return {
      status: 'True',
      reason: desired === 0 ? 'NoneWanted' : 'AllLaunched',
      message: desired === 0 ? 'No engines are wanted.' : `${share(launched, desired)} launched.`,
    };
  const so = `${share(Math.min(up, desired), desired)} launched`;
  const no = (reason: string, message: string): Verdict => ({ status: 'False', reason, message: `${so}. ${message}` });
  const ended = ours.find(({ reason, engines }) => reason !== '' && engines.some(({ state }) => state === 'gone'));
  const failing = ours.find(({ state, failures, reason }) => state === 'new' && failures > 0 && reason !== '');
  if (failing !== undefined) return no('LaunchFailed', tried(failing));
  if (ended !== undefined) return no('EnginesEnd', tried(ended));
  if (refused !== undefined) return no(refused.reason, refused.message);
  if (desired > tuning.maxEngines) return no('TooMany', `A profile may have at most ${engines(tuning.maxEngines)}.`);
  return no('Launching', 'The others are on their way.');
}

const tried = ({ reason, failures }: LaunchRecord): string =>
  `${reason}${/[.!?]$/.test(reason) ? '' : '.'} ${failures > 1 ? `Tried ${failures} times; it` : 'It'} is tried again.`;

function judgeReady(profile: Profile, world: World, planned: Plan, counts: Counts, launched: Verdict): Verdict {
  const { desired } = counts;
  const no = (reason: string, message: string): Verdict => ({ status: 'False', reason, message });
  if (world.registered === undefined) return no('HubAway', 'The hub does not say which engines are registered.');
  const ours = planned.launches.filter((launch) => isOfTemplate(launch, profile));
  const registered = ours.flatMap((launch) => launch.engines).filter(({ state }) => state === 'registered').length;
  const so = `${share(registered, desired)} registered`;
  if (planned.outdated > 0)
    return no('Updating', `${so}; still to be replaced: ${engines(planned.outdated)} of an earlier version.`);
  if (registered >= desired)
    return desired === 0
      ? { status: 'True', reason: 'NoneWanted', message: 'No engines are wanted.' }
      : { status: 'True', reason: 'AllRegistered', message: `${so}.` };
  if (launched.status === 'False' && launched.reason !== 'Launching') return no(launched.reason, launched.message);
  const missing = ours.flatMap((launch) => launch.engines).filter(({ state }) => state === 'missing').length;
  const why = ours.find(({ state, reason }) => state === 'up' && reason !== '');
  if (why !== undefined) return no('Starting', `${so}. ${why.id}: ${why.reason}`);
  if (missing > 0) return no('Missing', `${so}; running, but not registered any more: ${engines(missing)}.`);
  return no('Starting', `${so}.`);
}

function judgeDraining(launches: readonly LaunchRecord[], world: World): Verdict {
  const draining = [...enginesOf(launches)].filter(({ engine }) => engine.state === 'draining').length;
  if (draining === 0) return { status: 'False', reason: 'NothingToDrain', message: '' };
  const why =
    world.registered === undefined ? 'the hub does not say which engines are registered' : 'tasks are being finished';
  return { status: 'True', reason: 'Draining', message: `${areOf(draining)} to end: ${why}.` };
}
