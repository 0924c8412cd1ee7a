// One cluster under control: what `Cluster` and the commands of ipcluster do, by the same steps.
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { profileLabel } from '@muster/config';
import type { LaunchRole, LaunchSignal } from '@muster/launchers';
import { isModulePath, resolveLauncherName } from '@muster/launchers';
import type { ClusterState } from '../cluster-file.ts';
import { keepsFiles } from '../cluster-store.ts';
import { countOf } from '../progress.ts';
import { countAll, type Registered } from '../watch.ts';
import { signalEngines, stopAll, stopController, stopEngines } from './end.ts';
import { type Held, holdNothing, type Order } from './order.ts';
import { restartAll, restartEngines } from './restart.ts';
import { startController, untilUp } from './start-controller.ts';
import { engineCount, type StartedEngines, startEngines, watchArrivals } from './start-engines.ts';
import { untilTheEnd, type Voice } from './until-the-end.ts';

export interface Ready extends Registered {
  readonly sets: readonly StartedEngines[];
  /** Engines in all of them. */
  readonly n: number;
}

export interface Control {
  readonly order: Order;
  readonly held: Held;
  /** Takes over what was found. */
  adopt(found: Pick<ClusterState, 'controller' | 'engineSets' | 'options'>): void;
  startController(): Promise<void>;
  /** Waits for its connection files. */
  untilUp(stop?: AbortSignal): Promise<void>;
  /** Starts controller and engines, and waits until all are registered. */
  start(n?: number, stop?: AbortSignal): Promise<Ready>;
  startEngines(n?: number, stop?: AbortSignal): Promise<Ready>;
  restartEngines(setId?: string, stop?: AbortSignal): Promise<Ready>;
  restart(n?: number, stop?: AbortSignal): Promise<Ready>;
  stop(): Promise<void>;
  stopController(): Promise<void>;
  stopEngines(setId?: string): Promise<void>;
  signalEngines(signal: LaunchSignal, setId?: string): Promise<void>;
  untilTheEnd(voice: Voice, stop: AbortSignal): Promise<number>;
}

export function createControl(order: Order): Control {
  const held = holdNothing(order);
  return {
    order,
    held,
    adopt({ controller, engineSets, options }) {
      Object.assign(held, { controller, engineSets: { ...engineSets }, options });
    },
    startController: () => {
      begin(held);
      return startController(order, held, () => announce(order, 'a controller'));
    },
    untilUp: (stop) => untilUp(order, held, stop),
    start: (n, stop) => startBoth(order, held, n, stop),
    startEngines: (n, stop) => startMore(order, held, n, stop),
    restartEngines: (setId, stop) => restartSets(order, held, setId, stop),
    restart: (n, stop) => restartBoth(order, held, n, stop),
    stop: () => stopAll(order, held),
    stopController: () => stopController(order, held),
    stopEngines: (setId) => stopEngines(order, held, setId),
    signalEngines: (signal, setId) => signalEngines(order, held, signal, setId),
    untilTheEnd: (voice, stop) => untilTheEnd(order, held, voice, stop),
  };
}

/** Said when nothing speaks against the start. */
const announce = ({ tell, place }: Order, what: string): void =>
  tell({
    phase: 'controller.starting',
    text: `Starting ${what}, profile ${profileLabel(place.profileDir)} …`,
    elapsedMs: 0,
  });

const begin = (held: Held): void => {
  held.began = performance.now();
};

async function startBoth(order: Order, held: Held, n?: number, stop?: AbortSignal): Promise<Ready> {
  begin(held);
  const count = await engineCount(order, { n });
  held.options = { ...held.options, n: count };
  await startController(order, held, () => announce(order, `a controller and ${countOf(count, 'engine')}`));
  // With files of an earlier start, engines would go by these before the controller has checked them.
  if (keepsFiles(held.options) || mustWait(order, held, count)) await untilUp(order, held, stop);
  await delay(order.values.delayS * 1000, undefined, { signal: stop });
  await using arrivals = await watchArrivals(order, held, new Set());
  const set = await startEngines(order, held, { n: count });
  await untilUp(order, held, stop);
  return ready([set], await arrivals.until([set], stop));
}

const near: readonly string[] = ['local', 'mpi'];

/**
 * Engines on other machines are given the connection files, so these must be there first. And many engines of this one would leave
 * the controller no processor to start on.
 */
const mustWait = ({ values }: Order, { controller }: Held, count: number): boolean =>
  values.waitForConnection &&
  (count > 4 * availableParallelism() ||
    !(isNear('engine', values.engineLauncher) && isNear('controller', controller?.launcher ?? '')));

const isNear = (role: LaunchRole, name: string): boolean =>
  !isModulePath(name) && near.includes(resolveLauncherName(role, name));

async function startMore(order: Order, held: Held, n?: number, stop?: AbortSignal): Promise<Ready> {
  begin(held);
  const profile = profileLabel(order.place.profileDir);
  const text = `Starting ${countOf(await engineCount(order, { n }), 'engine')}, profile ${profile} …`;
  order.tell({ phase: 'engines.starting', text, elapsedMs: 0 });
  await using arrivals = await watchArrivals(order, held);
  const set = await startEngines(order, held, { n });
  return ready([set], await arrivals.until([set], stop));
}

async function restartSets(order: Order, held: Held, setId?: string, stop?: AbortSignal): Promise<Ready> {
  begin(held);
  await using arrivals = await watchArrivals(order, held);
  const sets = await restartEngines(order, held, setId);
  return ready(sets, await arrivals.until(sets, stop));
}

async function restartBoth(order: Order, held: Held, n?: number, stop?: AbortSignal): Promise<Ready> {
  begin(held);
  const set = await restartAll(order, held, n, stop);
  await using arrivals = await watchArrivals(order, held, new Set());
  return ready([set], await arrivals.until([set], stop));
}

const ready = (sets: readonly StartedEngines[], registered: Registered): Ready => ({
  sets,
  n: countAll(sets.map(({ engines }) => engines)),
  ...registered,
});
