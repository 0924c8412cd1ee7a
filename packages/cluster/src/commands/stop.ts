// ipcluster stop: ends all processes of clusters, whoever started them, and removes their files (§9.5).
import type { SettingsOf } from '@muster/config';
import { profileLabel, resolveProfileDir } from '@muster/config';
import { launchedCount } from '@muster/launchers';
import { isEmpty, listClusterIds, removeRemains, updateCluster } from '../cluster-store.ts';
import { findCluster, nameOf } from '../control/find.ts';
import type { Place } from '../place.ts';
import { countOf } from '../progress.ts';
import { removeInOrder } from '../remove.ts';
import type { stopSettings } from '../settings.ts';

/** Stops the clusters with these ids, else the one of --cluster-id. Throws MusterError `no_cluster` (exit status 11). */
export async function stopClusters(
  values: SettingsOf<typeof stopSettings>,
  ids: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const profileDir = resolveProfileDir(values, env);
  const chosen = values.all ? listClusterIds(profileDir) : ids.length > 0 ? ids : [values.clusterId];
  if (chosen.length === 0) process.stdout.write(`No cluster runs in profile ${profileLabel(profileDir)}.\n`);
  const ends = await Promise.allSettled(chosen.map((clusterId) => stopOne({ profileDir, clusterId })));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return 0;
}

async function stopOne(place: Place): Promise<void> {
  const { cluster, order } = await findCluster(place);
  const sets = Object.values(cluster.engineSets);
  await removeInOrder(order.launchers, cluster);
  updateCluster(place, () => undefined);
  removeRemains(place, cluster.options);
  const engines = sets.reduce((sum, set) => sum + launchedCount(set), 0);
  const what = isEmpty(cluster) ? 'had ended; its files are removed' : `is stopped (${countOf(engines, 'engine')})`;
  process.stdout.write(`Cluster ${nameOf(place)} ${what}.\n`);
}
