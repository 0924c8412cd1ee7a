import { availableParallelism } from 'node:os';
import { ensureProfile } from '@muster/config';
import type { LaunchHandle } from '@muster/launchers';
import { readCluster, updateCluster } from '../cluster-store.ts';
import type { Registrations } from '../registered.ts';
import { watchRegistrations } from '../registered.ts';
import { freeSetId } from '../set-ids.ts';
import { engineSpec } from '../specs.ts';
import { type Registered, untilRegistered } from '../watch.ts';
import type { Held, Order } from './order.ts';

export interface StartedEngines {
  readonly setId: string;
  readonly engines: LaunchHandle;
}

export interface EnginesChoice {
  readonly n?: number | undefined;
  /** Default: a new one. */
  readonly setId?: string | undefined;
  /** Default: that of the settings. */
  readonly launcher?: string | undefined;
}

/** As asked for, as settings say, as many as the launcher has room for, or as processors are here. */
export async function engineCount({ values, launchers }: Order, { n, launcher }: EnginesChoice = {}): Promise<number> {
  const { slots } = await launchers.of('engine', launcher ?? values.engineLauncher);
  return n ?? values.n ?? slots ?? availableParallelism();
}

/** Starts a set of engines and notes it in the cluster file; does not wait for them. Throws MusterError `start_failed`, `bad_option`. */
export async function startEngines(order: Order, held: Held, choice: EnginesChoice = {}): Promise<StartedEngines> {
  const { place, values, launchers } = order;
  ensureProfile(place.profileDir);
  const launcher = await launchers.of('engine', choice.launcher ?? values.engineLauncher);
  const taken = { ...held.engineSets, ...readCluster(place)?.engineSets };
  const setId = choice.setId ?? freeSetId(Object.keys(taken));
  const waitS = held.controller === undefined ? undefined : patienceS(values);
  const engines = await launcher.submit(engineSpec(values, await engineCount(order, choice), setId, place, waitS));
  held.engineSets = { ...held.engineSets, [setId]: engines };
  updateCluster(
    place,
    (cluster) => {
      const base = cluster ?? { ...place, options: held.options, engineSets: {} };
      const controller = base.controller ?? held.controller;
      return { ...base, controller, engineSets: { ...base.engineSets, [setId]: engines } };
    },
    held.controller === undefined ? {} : { order: order.saved },
  );
  return { setId, engines };
}

const weekS = 604_800;

/** Engines wait for the controller's files as long as we do: it may be slow, or in a queue. */
const patienceS = ({ controllerTimeoutS, engineTimeoutS }: Order['values']): number =>
  controllerTimeoutS < 0 ? weekS : Math.max(controllerTimeoutS, engineTimeoutS);

/** Watches from before a start, so that its engines are told from those that were there. */
export interface Arrivals extends AsyncDisposable {
  until(sets: readonly StartedEngines[], stop?: AbortSignal): Promise<Registered>;
}

/** `before` are the engines that were there; default: those that are there now. */
export async function watchArrivals(order: Order, held: Held, before?: ReadonlySet<string>): Promise<Arrivals> {
  const registrations: Registrations = watchRegistrations(order.place, held.controller);
  await registrations.look();
  const there = before ?? registrations.now();
  const { place, launchers, tell, values } = order;
  return {
    until: (sets, stop) =>
      untilRegistered(
        { place, launchers, tell, controller: held.controller, began: held.began, stop },
        sets.map(({ engines }) => engines),
        registrations,
        there,
        values.engineTimeoutS * 1000,
      ),
    [Symbol.asyncDispose]: () => registrations[Symbol.asyncDispose](),
  };
}
