// ipcluster restart: ends a cluster, or its engines, and starts the same again (§9.1).
import type { SettingsOf } from '@muster/config';
import { createControl } from '../control/control.ts';
import { placeOf } from '../control/create-order.ts';
import { findCluster, nameOf, notOurs } from '../control/find.ts';
import type { Place } from '../place.ts';
import { countOf, seconds, showProgress } from '../progress.ts';
import type { restartSettings } from '../settings.ts';
import { describeMissing } from '../watch.ts';
import { progressOf } from './start.ts';

/**
 * Restarts the clusters with these ids, else the one of --cluster-id, one after the other. Resolves to the exit status. Throws
 * MusterError `no_cluster`, `start_failed`.
 */
export async function restartClusters(
  values: SettingsOf<typeof restartSettings>,
  ids: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const place = placeOf(values, env);
  const chosen = ids.length === 0 ? [place.clusterId] : ids;
  let status = 0;
  for (const clusterId of chosen) status = Math.max(status, await restartOne({ ...place, clusterId }, values));
  return status;
}

async function restartOne(place: Place, values: SettingsOf<typeof restartSettings>): Promise<number> {
  const progress = progressOf(values);
  const warn = (message: string): boolean => process.stderr.write(`ipcluster restart: ${message}\n`);
  const { cluster, order } = await findCluster(place, { tell: showProgress(progress), warn });
  if (cluster.notes.order === undefined) throw notOurs(place);
  const control = createControl(order);
  control.adopt(cluster);
  const { enginesOnly } = values;
  progress.say(`Restarting ${enginesOnly ? 'the engines of cluster' : 'cluster'} ${nameOf(place)} …`);
  const ready = enginesOnly ? await control.restartEngines() : await control.restart();
  const took = seconds(performance.now() - control.held.began);
  if (ready.missing === 0) {
    progress.say(`${enginesOnly ? 'Engines are' : 'Cluster is'} ready: ${countOf(ready.n, 'engine')} in ${took}.`);
    return 0;
  }
  const sets = ready.sets.map(({ engines }) => engines);
  process.stderr.write(`${await describeMissing(order.launchers, sets, ready, order.values.engineTimeoutS * 1000)}\n`);
  return ready.waiting.length > 0 ? 0 : 1;
}
