// A close look at a cluster: its processes, and its controller as a client sees it.
import { connectionPaths } from '@muster/config';
import { readCluster } from './cluster-store.ts';
import { noCluster, tryCluster } from './control/find.ts';
import { type ClusterHealth, healthOf } from './health.ts';
import type { Place } from './place.ts';
import { registeredEngines } from './registered.ts';

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
