import { ensureProfile } from '@muster/config';
import { MusterError } from '@muster/protocol';
import { keepsFiles, updateCluster } from '../cluster-store.ts';
import { claimStart, refuseIfRunning, removeOldFiles, removeOldLogs } from '../prepare.ts';
import { controllerSpec } from '../specs.ts';
import { untilControllerIsUp } from '../watch.ts';
import type { Held, Order } from './order.ts';

/**
 * Starts the controller and writes the cluster file; does not wait for the controller. `accepted` is called when nothing speaks
 * against the start. Throws MusterError `cluster_running`,
 * `profile_in_use`, `profile_unusable`, `bad_option`, `start_failed`.
 */
export async function startController(order: Order, held: Held, accepted = () => {}): Promise<void> {
  const { place, launchers } = order;
  if (held.controller !== undefined) {
    throw new MusterError('cluster_running', `The controller of cluster '${place.clusterId}' runs already.`);
  }
  ensureProfile(place.profileDir);
  // Both names are checked before anything runs.
  await launchers.of('controller', order.values.controllerLauncher);
  await launchers.of('engine', order.values.engineLauncher);
  held.claim ??= claimStart(place);
  try {
    await refuseIfRunning(place, launchers);
    accepted();
    if (order.values.cleanLogs) removeOldLogs(place);
    await submitController(order, held);
  } catch (error) {
    releaseClaim(held);
    throw error;
  }
}

/** Without the checks: for a restart. */
export async function submitController(order: Order, held: Held): Promise<void> {
  const { place, launchers, values, rest, saved } = order;
  const { options } = held;
  removeOldFiles(place, keepsFiles(options));
  const launcher = await launchers.of('controller', values.controllerLauncher);
  const controller = await launcher.submit(controllerSpec(values, rest, place));
  held.controller = controller;
  updateCluster(place, () => ({ ...place, options, controller, engineSets: {} }), { order: saved });
}

export function releaseClaim(held: Held): void {
  held.claim?.release();
  held.claim = undefined;
}

export const untilUp = ({ place, launchers, tell, values }: Order, held: Held, stop?: AbortSignal): Promise<void> =>
  untilControllerIsUp(
    { place, launchers, tell, controller: held.controller, began: held.began, stop },
    values.controllerTimeoutS * 1000,
  );
