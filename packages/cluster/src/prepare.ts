// Before a start: nobody else starts or runs this cluster, and what an earlier one left is gone.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ProfileClaim } from '@muster/config';
import {
  claimHolder,
  claimProfile,
  connectionPaths,
  engineStatePath,
  profilePart,
  removeConnectionFiles,
  removeFile,
} from '@muster/config';
import { launchedCount } from '@muster/launchers';
import { MusterError } from '@muster/protocol';
import { isEmpty, loadCluster } from './cluster-store.ts';
import type { Launchers } from './launchers.ts';
import type { Place } from './place.ts';
import { countOf } from './progress.ts';

/** Of two starts at the same time, one goes on. Throws MusterError `cluster_running`. */
export function claimStart({ profileDir, clusterId }: Place): ProfileClaim {
  try {
    return claimProfile(profileDir, clusterId, 'ipcluster');
  } catch (error) {
    if (!(error instanceof MusterError) || error.code !== 'profile_in_use') throw error;
    throw new MusterError('cluster_running', error.message);
  }
}

/** Throws MusterError `cluster_running` or `profile_in_use`. */
export async function refuseIfRunning(place: Place, launchers: Launchers): Promise<void> {
  const { profileDir, clusterId } = place;
  const found = await loadCluster(place, launchers);
  if (found?.otherHost !== undefined) {
    throw new MusterError(
      'cluster_running',
      `A cluster with this profile was started on ${found.otherHost}.`,
      `Stop it there (ipcluster stop), or, if that machine is no more, run: ipcluster clean --force`,
    );
  }
  if (found !== undefined && !isEmpty(found)) {
    const engines = Object.values(found.engineSets).reduce((sum, set) => sum + launchedCount(set), 0);
    const what = found.controller === undefined ? 'Engines without a controller' : 'A controller';
    throw new MusterError('cluster_running', `${what} (${countOf(engines, 'engine')}) already run in ${profileDir}.`);
  }
  const holder = claimHolder(profileDir, clusterId);
  if (holder !== undefined) {
    throw new MusterError(
      'profile_in_use',
      `Process ${holder.pid} runs a controller in ${profileDir}.`,
      `Add engines to it (ipcluster engines), end it (kill ${holder.pid}), or choose another --cluster-id or --profile.`,
    );
  }
}

/** Connection files and state of an earlier controller; files that are to be used again stay. */
export function removeOldFiles({ profileDir, clusterId }: Place, keepsConnection: boolean): void {
  if (!keepsConnection) removeConnectionFiles(connectionPaths(profileDir, clusterId));
  removeFile(engineStatePath(profileDir, clusterId));
}

/** Logs of earlier starts of this cluster; those of others stay. */
export function removeOldLogs({ profileDir, clusterId }: Place): void {
  const id = clusterId === '' ? '' : `${clusterId.replace(/[.*+?^${}()|[\]\\-]/g, '\\$&')}-`;
  const old = new RegExp(`^(ipcontroller-${id}\\d+|ipengine-${id}\\d+(-\\d+)+)\\.log$`);
  const folder = profilePart(profileDir, 'log');
  for (const name of readdirSync(folder)) if (old.test(name)) removeFile(join(folder, name));
}
