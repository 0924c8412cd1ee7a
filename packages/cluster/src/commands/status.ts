// ipcluster status: one cluster, looked at closely.
import type { SettingsOf } from '@muster/config';
import { connectionPaths } from '@muster/config';
import { readCluster } from '../cluster-store.ts';
import { placeOf } from '../control/create-order.ts';
import { nameOf, noCluster, tryCluster } from '../control/find.ts';
import { type ClusterHealth, formatHealth, healthOf } from '../health.ts';
import type { Place } from '../place.ts';
import { registeredEngines } from '../registered.ts';
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

/** Throws MusterError `no_cluster`. */
export async function examine(place: Place): Promise<ClusterHealth> {
  const whole = readCluster(place);
  const found = await tryCluster(place);
  if (whole === undefined || found === undefined) throw noCluster(place);
  const { cluster } = found;
  const isUp = cluster.controller !== undefined && cluster.otherHost === undefined;
  const asked = isUp ? await ask(place) : { heartbeat: null, registered: null };
  const registered = asked.registered ?? registeredEngines(place)?.size ?? null;
  return healthOf(whole, cluster, registered, asked.heartbeat);
}

const answerTimeoutMs = 5000;

/** Asks the controller as a client does. */
async function ask(
  place: Place,
): Promise<{ readonly heartbeat: ClusterHealth['heartbeat']; readonly registered: number | null }> {
  const { connect } = await import('@muster/client');
  const file = connectionPaths(place.profileDir, place.clusterId).client;
  const began = performance.now();
  try {
    await using client = await connect({ file, timeoutMs: answerTimeoutMs });
    const answeredInMs = Math.round(performance.now() - began);
    return { heartbeat: { answeredInMs }, registered: client.ids.length };
  } catch (error) {
    return { heartbeat: { failed: error instanceof Error ? error.message : String(error) }, registered: null };
  }
}
