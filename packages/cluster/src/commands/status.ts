// ipcluster status: one cluster, looked at closely.
import type { SettingsOf } from '@muster/config';
import { placeOf } from '../control/create-order.ts';
import { nameOf } from '../control/find.ts';
import { examine } from '../examine.ts';
import { formatHealth } from '../health.ts';
import type { statusSettings } from '../settings.ts';

/** Prints the state of a cluster. Exit status 0 when its controller runs, else 1. Throws MusterError `no_cluster`. */
export async function showStatus(
  values: SettingsOf<typeof statusSettings>,
  ids: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const place = placeOf(values, env);
  const chosen = ids.length === 0 ? [place.clusterId] : ids;
  const all = await Promise.all(chosen.map((clusterId) => examine({ ...place, clusterId })));
  if (values.output === 'json') process.stdout.write(`${JSON.stringify(ids.length > 1 ? all : all[0])}\n`);
  else for (const one of all) process.stdout.write(formatHealth(one, nameOf(one)));
  return all.every(({ state }) => ['running', 'starting'].includes(state)) ? 0 : 1;
}
