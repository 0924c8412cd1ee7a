// What a controller is known by: its ports, its key, where it is. New at each start, or those of an earlier one.
import type { ConnectionPaths } from '@muster/config';
import type { Logger } from '@muster/telemetry';
import { type CurveServers, defaultLocation, hasSeparateDoors } from '@muster/transport';
import { type PortPlan, planFromFiles, planPorts } from './port-plan.ts';
import { readReusable } from './reuse.ts';
import type { ControllerValues } from './settings.ts';

const sides = ['client', 'engine'] as const;

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
  curve: CurveServers | undefined,
  log: Logger,
): Promise<Identity> {
  const fresh: Identity = {
    plan: planPorts(values, hasSeparateDoors(curve)),
    key: values.key ?? '',
    location: values.location || defaultLocation(),
    ssh: { client: values.sshServer, engine: values.engineSshServer },
  };
  if (!values.reuse) return fresh;
  const found = await readReusable(paths, hasSeparateDoors(curve));
  if (found === undefined) return fresh;
  const otherKey = sides.some(
    (side) => typeof found !== 'string' && found[side].curve_serverkey !== (curve?.[side].publicKey ?? null),
  );
  if (typeof found === 'string' || otherKey) {
    const why = typeof found === 'string' ? found : 'their CURVE keys are not those of this start';
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
