// A restart keeps the cluster file all the time, and says in the notes that it is under way: who watches the cluster waits for it.
import { setTimeout as delay } from 'node:timers/promises';
import { identifyProcess, isRunning } from '@muster/config';
import { launchedCount } from '@muster/launchers';
import { MusterError } from '@muster/protocol';
import { loadCluster, readCluster, removeRemains, updateCluster } from '../cluster-store.ts';
import { readNotes } from '../notes.ts';
import type { Place } from '../place.ts';
import { removeInOrder } from '../remove.ts';
import { chooseSets } from './end.ts';
import type { Held, Order } from './order.ts';
import { submitController, untilUp } from './start-controller.ts';
import { type StartedEngines, startEngines } from './start-engines.ts';

/** Runs `work` under the note. Throws MusterError `cluster_running` when another program restarts it now. */
async function underNote<T>(place: Place, work: () => Promise<T>): Promise<T> {
  const me = identifyProcess(process.pid) ?? { pid: process.pid };
  updateCluster(
    place,
    (cluster) => {
      const { restarting } = readNotes(place);
      if (restarting !== undefined && restarting.pid !== process.pid && isRunning(restarting)) {
        throw new MusterError('cluster_running', `Process ${restarting.pid} restarts this cluster now.`);
      }
      return cluster;
    },
    { restarting: me },
  );
  try {
    return await work();
  } finally {
    updateCluster(place, (cluster) => cluster, { restarting: undefined });
  }
}

/** Ends all sets, or one, and starts as many engines again under the same ids. */
export function restartEngines(order: Order, held: Held, setId?: string): Promise<readonly StartedEngines[]> {
  return underNote(order.place, async () => {
    const sets = chooseSets(order, held, setId);
    await removeInOrder(order.launchers, { controller: undefined, engineSets: sets });
    const started: StartedEngines[] = [];
    for (const [id, set] of Object.entries(sets)) {
      const choice = { n: launchedCount(set), setId: id, launcher: set.launcher };
      started.push(await startEngines(order, held, choice));
    }
    return started;
  });
}

/** Ends everything and starts it again: one set, of as many engines as there were. */
export function restartAll(order: Order, held: Held, n?: number, stop?: AbortSignal): Promise<StartedEngines> {
  return underNote(order.place, async () => {
    const { place, launchers } = order;
    const found = await loadCluster(place, launchers);
    const engineSets = { ...held.engineSets, ...found?.engineSets };
    const running = Object.values(engineSets).reduce((sum, set) => sum + launchedCount(set), 0);
    await removeInOrder(launchers, { controller: found?.controller ?? held.controller, engineSets });
    held.controller = undefined;
    held.engineSets = {};
    removeRemains(place, held.options);
    await submitController(order, held);
    await untilUp(order, held, stop);
    return startEngines(order, held, { n: n ?? (running > 0 ? running : undefined) });
  });
}

const pollMs = 100;

/** When another program restarts the cluster, or has done so: waits for the end of that, and takes over. Says whether. */
export async function followRestart({ place }: Order, held: Held, stop?: AbortSignal): Promise<boolean> {
  for (;;) {
    const { restarting } = readNotes(place);
    if (restarting === undefined || restarting.pid === process.pid || !isRunning(restarting)) break;
    await delay(pollMs, undefined, { signal: stop });
  }
  const file = readCluster(place);
  if (file === undefined) return false;
  const sameController = fingerprint(file.controller) === fingerprint(held.controller);
  const ids = Object.keys(held.engineSets).filter((id) => Object.hasOwn(file.engineSets, id));
  const changed = ids.filter((id) => fingerprint(file.engineSets[id]) !== fingerprint(held.engineSets[id]));
  if (held.controller !== undefined && !sameController && file.controller !== undefined) {
    held.controller = file.controller;
    held.engineSets = { ...file.engineSets };
    return true;
  }
  for (const id of changed) held.engineSets[id] = file.engineSets[id]!;
  return changed.length > 0;
}

const fingerprint = (handle: Held['controller']): string =>
  JSON.stringify([Object.values(handle?.processes ?? {}).map(({ pid }) => pid), handle?.state?.job_id]);
