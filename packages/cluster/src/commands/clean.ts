// ipcluster clean: removes what clusters left in a profile (§9.5).
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SettingsOf } from '@muster/config';
import {
  type ClaimingProgram,
  claimHolder,
  isMissing,
  listProfileDirs,
  profileLabel,
  profilePart,
  removeFile,
  resolveIpythonDir,
  resolveProfileDir,
} from '@muster/config';
import { MusterError } from '@muster/protocol';
import { isEmpty, listClusterIds } from '../cluster-store.ts';
import { tryCluster } from '../control/find.ts';
import { countOf } from '../progress.ts';
import type { cleanSettings } from '../settings.ts';

/** What is removed, by folder. */
const patterns = [
  ['security', /^(cluster-.*|ipcontroller-.*)\.json(\..*\.tmp)?$/],
  ['log', /./],
  ['pid', /\.(pid|json|guard|tmp)$/],
] as const;

/** Cleans the chosen profile, or all. Throws MusterError `cluster_running` (exit status 10) unless forced. */
export async function cleanProfiles(values: SettingsOf<typeof cleanSettings>, env: NodeJS.ProcessEnv): Promise<number> {
  const folders = values.all ? listProfileDirs(resolveIpythonDir(values, env)) : [resolveProfileDir(values, env)];
  if (!values.force) for (const profileDir of folders) await refuseIfRunning(profileDir);
  for (const profileDir of folders) {
    const removed = patterns.flatMap(([part, pattern]) => removeFiles(profilePart(profileDir, part), pattern));
    process.stdout.write(`Profile ${profileLabel(profileDir)}: ${countOf(removed.length, 'file')} removed.\n`);
  }
  return 0;
}

async function refuseIfRunning(profileDir: string): Promise<void> {
  const label = profileLabel(profileDir);
  for (const clusterId of listClusterIds(profileDir)) {
    const found = await tryCluster({ profileDir, clusterId });
    if (found === undefined || isEmpty(found.cluster)) continue;
    throw new MusterError(
      'cluster_running',
      `Cluster '${clusterId}' of profile ${label} still runs.`,
      `Stop it first: ipcluster stop --all --profile-dir=${profileDir}`,
    );
  }
  for (const name of fileNames(profilePart(profileDir, 'pid'))) {
    const [, program, clusterId = ''] = /^(ipcontroller|ipcluster)(?:-(.*))?\.pid$/.exec(name) ?? [];
    const holder = program && claimHolder(profileDir, clusterId, program as ClaimingProgram);
    if (!holder) continue;
    throw new MusterError('cluster_running', `Process ${holder.pid} (${program}) uses profile ${label}.`);
  }
}

const removeFiles = (folder: string, pattern: RegExp): string[] =>
  fileNames(folder).filter((name) => pattern.test(name) && removeFile(join(folder, name)));

function fileNames(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [] : [entry.name]));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
