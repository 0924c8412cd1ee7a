// ipcluster list: the clusters that run (§9.5).
import type { SettingsOf } from '@muster/config';
import { listProfileDirs, profileLabel, resolveIpythonDir, resolveProfileDir } from '@muster/config';
import { launchedCount } from '@muster/launchers';
import { formatCluster } from '../cluster-file.ts';
import { type FoundCluster, isEmpty, listClusterIds } from '../cluster-store.ts';
import { type Found, tryCluster } from '../control/find.ts';
import type { listSettings } from '../settings.ts';

/** Prints the clusters of the chosen profile, or without a choice of all profiles. */
export async function listClusters(values: SettingsOf<typeof listSettings>, env: NodeJS.ProcessEnv): Promise<number> {
  const clusters = (await findClusters(values, env)).map(({ cluster }) => cluster);
  if (values.output === 'json') process.stdout.write(`${JSON.stringify(clusters.map(formatCluster))}\n`);
  else process.stdout.write(formatList(clusters));
  return 0;
}

type Where = Pick<SettingsOf<typeof listSettings>, 'profile' | 'profileDir' | 'ipythonDir'>;

/** Those that run; of the chosen profile, or of all. */
export async function findClusters(values: Where, env: NodeJS.ProcessEnv): Promise<Found[]> {
  const chosen = values.profile !== '' || values.profileDir !== '';
  const folders = chosen ? [resolveProfileDir(values, env)] : listProfileDirs(resolveIpythonDir(values, env));
  const all = await Promise.all(
    folders.flatMap((profileDir) =>
      listClusterIds(profileDir).map((clusterId) => tryCluster({ profileDir, clusterId })),
    ),
  );
  return all.flatMap((found) => (found === undefined || isEmpty(found.cluster) ? [] : [found]));
}

/** A table; an empty cluster id is shown as ''. */
export function formatList(clusters: readonly FoundCluster[]): string {
  const rows = clusters.map((cluster) => {
    const sets = Object.values(cluster.engineSets);
    const engines = sets.reduce((sum, set) => sum + launchedCount(set), 0);
    const running = cluster.controller !== undefined;
    return [
      profileLabel(cluster.profileDir),
      cluster.clusterId || "''",
      cluster.otherHost === undefined ? (running ? 'True' : 'False') : `on ${cluster.otherHost}`,
      String(engines),
      sets[0]?.launcher ?? cluster.controller?.launcher ?? '',
    ];
  });
  const table = [['PROFILE', 'CLUSTER ID', 'RUNNING', 'ENGINES', 'LAUNCHER'], ...rows];
  const least = [16, 16, 7, 7, 0];
  const widths = least.map((width, i) => Math.max(width, ...table.map((row) => row[i]?.length ?? 0)));
  const lines = table.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join(' ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}
