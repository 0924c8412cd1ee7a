import type { LaunchSignal } from '@muster/launchers';
import { MusterError } from '@muster/protocol';
import { loadCluster, readCluster, removeRemains, updateCluster } from '../cluster-store.ts';
import { removeInOrder } from '../remove.ts';
import type { Held, Order } from './order.ts';
import { releaseClaim } from './start-controller.ts';

/** All sets: ours, those that others added meanwhile, and what others restarted under the same id. */
const allSets = (order: Order, held: Held) => ({ ...held.engineSets, ...readCluster(order.place)?.engineSets });

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
  // Where another command restarted it, that is in the file, and what we hold has ended.
  await removeInOrder(launchers, {
    controller: found?.controller ?? controller,
    engineSets: { ...held.engineSets, ...found?.engineSets },
  });
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
  const controller = readCluster(place)?.controller ?? held.controller;
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
