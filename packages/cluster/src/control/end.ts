import type { LaunchSignal } from '@muster/launchers';
import { MusterError } from '@muster/protocol';
import { loadCluster, readCluster, removeRemains, updateCluster } from '../cluster-store.ts';
import { removeInOrder } from '../remove.ts';
import type { Held, Order } from './order.ts';
import { releaseClaim } from './start-controller.ts';

/** All sets: ours, and those that others added meanwhile. */
const allSets = (order: Order, held: Held) => ({ ...readCluster(order.place)?.engineSets, ...held.engineSets });

/**
 * Ends what is held and, with the controller, engines that others added; removes the files. Fine when nothing is held: what others
 * started is not touched.
 */
export async function stopAll(order: Order, held: Held): Promise<void> {
  const { place, launchers } = order;
  const { controller } = held;
  if (controller === undefined) {
    for (const id of Object.keys(held.engineSets)) await stopEngines(order, held, id);
    return releaseClaim(held);
  }
  const since = (): number => performance.now() - held.began;
  order.tell({ phase: 'stopping', text: 'Stopping the cluster …', elapsedMs: since() });
  const found = await loadCluster(place, launchers);
  await removeInOrder(launchers, { controller, engineSets: { ...found?.engineSets, ...held.engineSets } });
  updateCluster(place, () => undefined);
  removeRemains(place, held.options);
  order.tell({ phase: 'stopped', text: 'Cluster is stopped.', elapsedMs: since() });
  held.controller = undefined;
  held.engineSets = {};
  releaseClaim(held);
}

/** Ends the controller alone. Fine when it does not run. */
export async function stopController(order: Order, held: Held): Promise<void> {
  const { place, launchers } = order;
  const controller = held.controller ?? readCluster(place)?.controller;
  await removeInOrder(launchers, { controller, engineSets: {} });
  held.controller = undefined;
  updateCluster(place, (cluster) => cluster && { ...cluster, controller: undefined });
  removeRemains(place, held.options);
  releaseClaim(held);
}

/** Ends one set of engines, or all. Throws MusterError `bad_option` for a set that is not there. */
export async function stopEngines(order: Order, held: Held, setId?: string): Promise<void> {
  const chosen = chooseSets(order, held, setId);
  await removeInOrder(order.launchers, { controller: undefined, engineSets: chosen });
  const without = <T>(sets: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(sets).filter(([id]) => !Object.hasOwn(chosen, id)));
  held.engineSets = without(held.engineSets);
  updateCluster(order.place, (cluster) => cluster && { ...cluster, engineSets: without(cluster.engineSets) });
}

/** Throws MusterError `bad_option` for a set that is not there, or where the launcher cannot send signals. */
export async function signalEngines(order: Order, held: Held, signal: LaunchSignal, setId?: string): Promise<void> {
  const sets = Object.values(chooseSets(order, held, setId));
  await Promise.all(
    sets.map(async (set) => {
      const launcher = await order.launchers.of('engine', set.launcher);
      if (launcher.signal === undefined) {
        throw new MusterError('bad_option', `Engines that ${set.launcher} started cannot be sent signals.`);
      }
      await launcher.signal(set, signal);
    }),
  );
}

export function chooseSets(order: Order, held: Held, setId?: string): Held['engineSets'] {
  const sets = allSets(order, held);
  if (setId === undefined) return sets;
  const set = Object.hasOwn(sets, setId) ? sets[setId] : undefined;
  if (set !== undefined) return { [setId]: set };
  throw new MusterError(
    'bad_option',
    `There is no set of engines '${setId}'.`,
    `There are: ${Object.keys(sets).join(', ') || 'none'}.`,
  );
}
