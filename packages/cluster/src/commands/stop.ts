// ipcluster stop: ends all processes of clusters, whoever started them, and removes their files (§9.5).
import type { SettingsOf } from '@muster/config';
import { claimHolder, profileLabel, resolveProfileDir } from '@muster/config';
import { createLocalLauncher, type Launcher } from '@muster/launchers';
import { MusterError } from '@muster/protocol';
import { isEmpty, listClusterIds, loadCluster, removeRemains, updateCluster } from '../cluster-store.ts';
import { removeInOrder } from '../finish.ts';
import { countOf } from '../progress.ts';
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
  const launcher = createLocalLauncher();
  await Promise.all(chosen.map((clusterId) => stopOne(profileDir, clusterId, launcher)));
  return 0;
}

async function stopOne(profileDir: string, clusterId: string, launcher: Launcher): Promise<void> {
  const name = `${profileLabel(profileDir)}${clusterId === '' ? '' : `:${clusterId}`}`;
  const cluster = await loadCluster(profileDir, clusterId, launcher);
  if (cluster === undefined) throw noCluster(profileDir, clusterId, name);
  if (cluster.otherHost !== undefined) {
    throw new MusterError(
      'no_cluster',
      `Cluster ${name} was started on ${cluster.otherHost}, not here.`,
      'Stop it there; or, if that machine is no more, run: ipcluster clean --force',
    );
  }
  const sets = Object.values(cluster.engineSets);
  const engines = sets.reduce((sum, set) => sum + Object.keys(set.processes).length, 0);
  await removeInOrder(launcher, cluster.controller, sets);
  updateCluster(profileDir, clusterId, () => undefined);
  removeRemains(profileDir, clusterId, cluster.options);
  const what = isEmpty(cluster) ? 'had ended; its files are removed' : `is stopped (${countOf(engines, 'engine')})`;
  process.stdout.write(`Cluster ${name} ${what}.\n`);
}

function noCluster(profileDir: string, clusterId: string, name: string): MusterError {
  const holder = claimHolder(profileDir, clusterId);
  if (holder === undefined) return new MusterError('no_cluster', `There is no cluster ${name}.`);
  return new MusterError(
    'no_cluster',
    `Cluster ${name} was not started by ipcluster: process ${holder.pid} is its controller.`,
    `End it with: kill ${holder.pid}`,
  );
}
