// What a controller is known by: its ports, its key, where it is. New at each start, or those of an earlier one.
import type { ConnectionPaths } from '@muster/config';
import type { Logger } from '@muster/telemetry';
import { type CurveServer, defaultLocation } from '@muster/transport';
import { type PortPlan, planFromFiles, planPorts } from './port-plan.ts';
import { readReusable } from './reuse.ts';
import type { ControllerValues } from './settings.ts';

/** What is the same in both connection files, and what an earlier controller may have decided. */
export interface Identity {
  readonly plan: PortPlan;
  readonly key: string;
  readonly location: string;
  readonly ssh: { readonly client: string; readonly engine: string };
}

/** Ports, key and names: those of an earlier controller's files with --reuse, else new ones. */
export async function chooseIdentity(
  values: ControllerValues,
  paths: ConnectionPaths,
  curve: CurveServer | undefined,
  log: Logger,
): Promise<Identity> {
  const fresh: Identity = {
    plan: planPorts(values),
    key: values.key ?? '',
    location: values.location || defaultLocation(),
    ssh: { client: values.sshServer, engine: values.engineSshServer },
  };
  if (!values.reuse) return fresh;
  const found = await readReusable(paths);
  if (found === undefined) return fresh;
  if (typeof found === 'string' || found.client.curve_serverkey !== (curve?.publicKey ?? null)) {
    const why =
      typeof found === 'string' ? found : 'their CURVE key is not the one of this start (set IPP_CURVE_SECRETKEY)';
    log.error({ why }, 'the connection files cannot be reused; new ones are written');
    return fresh;
  }
  const { client, engine } = found;
  return {
    plan: planFromFiles(client, engine),
    key: client.key,
    location: client.location,
    ssh: { client: client.ssh, engine: engine.ssh },
  };
}
