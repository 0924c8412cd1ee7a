// Brings one profile to what it asks for: reads it, lets the core decide, performs, and remembers what is under way.
import type { Bus } from '@muster/bus';
import type { ProfileSpec } from '@muster/cluster-profile';
import { launcherOf } from '@muster/cluster-profile';
import type { Ports } from '@muster/machine';
import type { Logger } from '@muster/telemetry';
import { createCalls } from './calls.ts';
import type { LaunchRecord, Observation, OperatorEffect, Profile, Tuning, World } from './core/index.ts';
import { enginesOf, reconcile, refuse } from './core/index.ts';
import { createDrains } from './drains.ts';
import { explain } from './explain.ts';
import type { HubView } from './hub-view.ts';
import type { EngineLaunchers } from './profile-facts.ts';
import { buildGone, buildProfile } from './profile-facts.ts';
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
}

export interface ProfileWorker {
  /** Resolves to how long until it should be done again, in ms. Rejects when something could not be written. */
  work(): Promise<number | undefined>;
  /** All launches that are written down. */
  recorded(): readonly LaunchRecord[];
  /** Of those, the ones that their launcher can be asked about. */
  launches(): readonly LaunchRecord[];
  counts(): { readonly desired: number; readonly registered: number };
  /** True when all is as it should be. */
  isSettled(): boolean;
  observe(id: string, observation: Observation): void;
  /** The scheduler has started anew: it knows of no drains. */
  forgetDrains(): void;
  /** Calls to launchers that are under way. */
  settled(): Promise<void>;
}

export function createProfileWorker(name: string, context: WorkerContext): ProfileWorker {
  const { source, launchers, ports, log, hub, tuning } = context;
  const again = (): void => context.again(name);
  const nowMs = (): number => Math.floor(ports.clock.nowUs() / 1000);
  const observed = new Map<string, Observation>();
  const shutdowns = new Map<string, number>();
  const calls = createCalls({ launchers, connection: context.connection, observed, again });
  const drains = createDrains({ bus: context.bus, nowMs, log, again });
  let latest: StoredProfile | undefined;
  let spec: ProfileSpec | undefined;

  async function work(): Promise<number | undefined> {
    const stored = await source.read(name);
    if (stored === undefined) {
      latest = undefined;
      return undefined;
    }
    if (latest?.uid !== stored.uid) drains.assume(stored.status.launches);
    latest = stored;
    const finished = calls.finished();
    const effects = await decide(stored);
    forget(stored.status.launches);
    const afterMs = await perform(effects);
    calls.drop(finished);
    return afterMs;
  }

  async function decide(stored: StoredProfile): Promise<readonly OperatorEffect[]> {
    const world = await lookAround(stored);
    const problem = await prepare(stored);
    if (problem !== undefined && !stored.deleting) return refuse(problem, stored.generation, world);
    const launcher = spec === undefined ? undefined : launchers[launcherOf(spec)];
    const profile: Profile =
      spec === undefined || launcher === undefined ? buildGone(stored) : buildProfile(stored, spec, launcher);
    return reconcile(profile, world, { newSuffix: () => newSuffix(ports.random), tuning });
  }

  /** Looks up what the spec names. Gives what is wrong with it. */
  async function prepare(stored: StoredProfile): Promise<string | undefined> {
    spec = undefined;
    if (stored.spec === undefined) return stored.problem;
    const launcher = launcherOf(stored.spec);
    if (launchers[launcher] === undefined)
      return `This operator cannot start engines by '${launcher}'. There are: ${Object.keys(launchers).join(', ')}.`;
    try {
      spec = await withKnownHosts(stored.spec, source);
      return undefined;
    } catch (error) {
      return explain(error);
    }
  }

  async function lookAround({ status, spec }: StoredProfile): Promise<World> {
    const wanted = [...enginesOf(status.launches)].filter(({ engine }) => engine.state !== 'done');
    const isScalingDown = spec !== undefined && wanted.length > spec.engines;
    const load = isScalingDown && hub.registered !== undefined ? await hub.load() : undefined;
    const { registered } = hub;
    return { nowMs: nowMs(), status, observed, calls: calls.all, registered, load, drains: drains.all, shutdowns };
  }

  /** In their order; the first that fails ends it. */
  async function perform(effects: readonly OperatorEffect[]): Promise<number | undefined> {
    let afterMs: number | undefined;
    for (const effect of effects) {
      if (effect.type === 'requeue') afterMs = effect.afterMs;
      else await performOne(effect);
    }
    return afterMs;
  }

  async function performOne(effect: Exclude<OperatorEffect, { type: 'requeue' }>): Promise<void> {
    const stored = latest!;
    switch (effect.type) {
      case 'profile.hold':
        latest = await source.hold(stored);
        return;
      case 'status.write':
        latest = await source.writeStatus(stored, effect.status);
        return;
      case 'profile.release':
        await source.release(stored);
        log.info({ profile: name }, 'profile removed');
        return;
      case 'launch.submit':
        return void (spec !== undefined && calls.submit(effect.launch, spec));
      case 'launch.remove':
        return calls.remove(effect.launch);
      case 'engines.drain':
        return drains.ask('drain', effect.uuids);
      case 'engines.resume':
        return drains.ask('resume', effect.uuids);
      case 'engine.shutdown':
        return shutDown(effect.uuid);
      case 'event.tell': {
        const { type, reason, message } = effect.event;
        log[type === 'Warning' ? 'warn' : 'info']({ profile: name, reason, detail: message }, 'profile event');
        return source.tell(stored, effect.event);
      }
    }
  }

  function shutDown(uuid: string): void {
    shutdowns.set(uuid, nowMs());
    context.shutDown(uuid).catch((error: unknown) => {
      log.warn({ profile: name, engineUuid: uuid, why: explain(error) }, 'engine does not shut down yet');
    });
  }

  /** What is remembered of launches that are not there any more. */
  function forget(launches: readonly LaunchRecord[]): void {
    const ids = new Set(launches.map(({ id }) => id));
    const uuids = new Set([...enginesOf(launches)].map(({ uuid }) => uuid));
    for (const id of observed.keys()) if (!ids.has(id)) observed.delete(id);
    for (const uuid of shutdowns.keys()) if (!uuids.has(uuid)) shutdowns.delete(uuid);
    drains.keepOnly(uuids);
  }

  return {
    work,
    recorded: () => latest?.status.launches ?? [],
    counts: () => latest?.status ?? { desired: 0, registered: 0 },
    launches: () => latest?.status.launches.filter(({ state }) => state === 'up') ?? [],
    isSettled: () =>
      latest?.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True') === true &&
      latest.status.launches.every(({ state }) => state === 'up'),
    observe: (id, observation) => void observed.set(id, observation),
    forgetDrains: drains.forget,
    settled: calls.settled,
  };
}

/** Known hosts may lie beside the key in its Secret. */
async function withKnownHosts(spec: ProfileSpec, source: ProfileSource): Promise<ProfileSpec> {
  const { ssh, mpi, pbs } = spec.launcher;
  const complete = async <T extends { keySecret?: string | undefined; knownHosts?: string | undefined }>(
    place: T,
  ): Promise<T> => {
    if (place.keySecret === undefined || place.knownHosts !== undefined) return place;
    const { knownHosts } = await source.readKeySecret(place.keySecret);
    return knownHosts === undefined ? place : { ...place, knownHosts };
  };
  if (ssh !== undefined) return { ...spec, launcher: { ...spec.launcher, ssh: await complete(ssh) } };
  if (mpi?.site !== undefined)
    return { ...spec, launcher: { ...spec.launcher, mpi: { ...mpi, site: await complete(mpi.site) } } };
  if (pbs?.site !== undefined)
    return { ...spec, launcher: { ...spec.launcher, pbs: { ...pbs, site: await complete(pbs.site) } } };
  return spec;
}

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';

const newSuffix = (random: () => number): string =>
  Array.from({ length: 5 }, () => letters[Math.floor(random() * letters.length)]).join('');
