// Brings one profile to what it asks for: reads it, lets the core decide, performs, and remembers what is under way.
import type { Bus } from '@muster/bus';
import type { ProfileSpec } from '@muster/cluster-profile';
import type { Ports } from '@muster/machine';
import type { Logger } from '@muster/telemetry';
import { createCalls } from './calls.ts';
import type { Inputs, LaunchRecord, Observation, OperatorEffect, Tuning, World } from './core/index.ts';
import { enginesOf, reconcile, refuse } from './core/index.ts';
import { createDrains } from './drains.ts';
import { explain } from './explain.ts';
import type { HubView } from './hub-view.ts';
import { withKnownHosts } from './known-hosts.ts';
import { perform } from './perform.ts';
import type { EngineLaunchers } from './profile-facts.ts';
import { buildGone, buildProfile, launcherOf } from './profile-facts.ts';
import type { ProfileSource, StoredProfile } from './source.ts';

export interface WorkerContext {
  readonly source: ProfileSource;
  readonly launchers: EngineLaunchers;
  readonly bus: Bus;
  readonly ports: Ports;
  readonly log: Logger;
  readonly hub: HubView;
  readonly tuning: Tuning;
  /** Text of the engines' connection file. */
  readonly connection: string;
  /** Asks an engine by the wire to end. Rejects when it does not say that it will. */
  readonly shutDown: (uuid: string) => Promise<void>;
  /** Something has come of what was under way: work again. */
  readonly again: (name: string) => void;
  /** True when the whole cluster ends, and all engines with it. */
  readonly isEnding: () => boolean;
}

export interface ProfileWorker {
  /** Resolves to how long until it should be done again, in ms. Rejects when something could not be written. */
  work(): Promise<number | undefined>;
  /** All launches that are written down. */
  recorded(): readonly LaunchRecord[];
  counts(): { readonly desired: number; readonly registered: number };
  /** True when the cluster ends and nothing of this profile is left. */
  isEmpty(): boolean;
  /** True when all is as it should be. */
  isSettled(): boolean;
  observe(id: string, observation: Observation): void;
  /** The scheduler has started anew: it knows of no drains. */
  forgetDrains(): void;
  /** Resolves when no calls to launchers are under way. */
  settled(): Promise<void>;
}

export function createProfileWorker(name: string, context: WorkerContext): ProfileWorker {
  const { source, ports, log, hub } = context;
  const again = (): void => context.again(name);
  const nowMs = (): number => Math.floor(ports.clock.nowUs() / 1000);
  const observed = new Map<string, Observation>();
  const shutdowns = new Map<string, number>();
  const calls = createCalls({ ...context, observed, again });
  const drains = createDrains({ ...context, nowMs, again });
  let latest: StoredProfile | undefined;
  let isEmpty = false;

  /** With what the hub and launchers say; nobody is asked how much engines have to do unless some are too many. */
  async function lookAround({ status, spec }: StoredProfile): Promise<World> {
    const wanted = [...enginesOf(status.launches)].filter(({ engine }) => engine.state !== 'done');
    const isTooMuch = hub.registered !== undefined && wanted.length > (spec?.engines ?? Number.POSITIVE_INFINITY);
    const load = isTooMuch ? await hub.load() : undefined;
    return {
      nowMs: nowMs(),
      status,
      observed,
      calls: calls.all,
      registered: hub.registered,
      load,
      drains: drains.all,
      shutdowns,
    };
  }
  /** What is remembered of launches that are not there any more. */
  function forget({ status: { launches } }: StoredProfile): void {
    const ids = new Set(launches.map(({ id }) => id));
    const uuids = new Set([...enginesOf(launches)].map(({ uuid }) => uuid));
    for (const id of observed.keys()) if (!ids.has(id)) observed.delete(id);
    for (const uuid of shutdowns.keys()) if (!uuids.has(uuid)) shutdowns.delete(uuid);
    drains.keepOnly(uuids);
  }
  function shutDown(uuid: string): void {
    shutdowns.set(uuid, nowMs());
    context.shutDown(uuid).catch((error: unknown) => {
      log.warn({ profile: name, engineUuid: uuid, why: explain(error) }, 'engine does not shut down yet');
    });
  }
  return {
    async work() {
      const stored = await source.read(name);
      if (stored === undefined) {
        latest = undefined;
        isEmpty = true;
        return undefined;
      }
      if (latest?.uid !== stored.uid) drains.assume(stored.status.launches);
      latest = stored;
      forget(stored);
      const finished = calls.finished();
      const { effects, spec } = await decide(stored, await lookAround(stored), context);
      const afterMs = await perform(effects, {
        ...{ source, log, calls, drains, spec, shutDown },
        profile: () => latest!,
        changed: (profile) => {
          latest = profile;
        },
      });
      calls.drop(finished);
      const isReleased = effects.some(({ type }) => type === 'profile.release');
      isEmpty = context.isEnding() && (isReleased || stored.status.launches.length === 0);
      return afterMs;
    },
    recorded: () => latest?.status.launches ?? [],
    counts: () => latest?.status ?? { desired: 0, registered: 0 },
    isEmpty: () => isEmpty,
    isSettled: () =>
      latest?.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True') === true &&
      latest.status.launches.every(({ state }) => state === 'up'),
    observe: (id, observation) => void observed.set(id, observation),
    forgetDrains: drains.forget,
    settled: calls.settled,
  };
}

interface Decided {
  readonly effects: readonly OperatorEffect[];
  /** By which launches are submitted: with what was looked up for it. */
  readonly spec: ProfileSpec | undefined;
}

async function decide(stored: StoredProfile, world: World, context: WorkerContext): Promise<Decided> {
  if (context.isEnding()) return { effects: reconcile(buildGone(stored), world, coreInputs(context)), spec: undefined };
  const { spec, problem } = await prepare(stored, context);
  if (problem !== '' && !stored.deleting) return { effects: refuse(problem, stored.generation, world), spec };
  const launcher = spec && context.launchers[launcherOf(spec)];
  const profile = launcher === undefined ? buildGone(stored) : buildProfile(stored, spec!, launcher);
  return { effects: reconcile(profile, world, coreInputs(context)), spec };
}

const coreInputs = ({ ports, tuning }: WorkerContext): Inputs => ({ newSuffix: () => suffixOf(ports.random), tuning });

/** Looks up what the spec names; `problem` says what is wrong with it. */
async function prepare(
  stored: StoredProfile,
  { launchers, source }: WorkerContext,
): Promise<{ readonly spec: ProfileSpec | undefined; readonly problem: string }> {
  if (stored.spec === undefined) return { spec: undefined, problem: stored.problem };
  const launcher = launcherOf(stored.spec);
  if (launchers[launcher] === undefined) {
    const known = Object.keys(launchers).join(', ');
    const problem = `This operator cannot start engines by '${launcher}'. There are: ${known}.`;
    return { spec: undefined, problem };
  }
  try {
    return { spec: await withKnownHosts(stored.spec, source.readKeySecret), problem: '' };
  } catch (error) {
    return { spec: undefined, problem: explain(error) };
  }
}

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';

const suffixOf = (random: () => number): string =>
  Array.from({ length: 5 }, () => letters[Math.floor(random() * letters.length)]).join('');
