// What a controller is known by: addresses, ports, key, where it is. New at each start, or those of an earlier one.
import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import type { ConnectionPaths, Connections } from '@muster/config';
import type { Logger } from '@muster/telemetry';
import type { Side } from '@muster/transport';
import { type CurveServers, defaultLocation, hasSeparateDoors, resolveAddress } from '@muster/transport';
import { findLocation } from './location/find-location.ts';
import { type PortPlan, planFromFiles, planPorts, portsMissing } from './port-plan.ts';
import { readReusable } from './reuse.ts';
import type { ControllerValues } from './settings.ts';

const sides = ['client', 'engine'] as const;

/** What is the same in both connection files, and what an earlier controller may have decided. */
export interface Identity {
  readonly addresses: Readonly<Record<Side, string>>;
  readonly plan: PortPlan;
  /** Empty: messages are not signed. Undefined: nobody has chosen one. */
  readonly key: string | undefined;
  readonly location: string;
  readonly ssh: Readonly<Record<Side, string>>;
  /** The connection files that all this is from; undefined: it is new. */
  readonly reused: Connections | undefined;
}

/**
 * Those of an earlier controller's files with --reuse, else new ones. Rejects with MusterError `bad_option` for an address that
 * cannot be.
 */
export async function chooseIdentity(
  values: ControllerValues,
  paths: ConnectionPaths,
  curve: CurveServers | undefined,
  log: Logger,
): Promise<Identity> {
  const reused = values.reuse ? await findReusable(paths, curve, log) : undefined;
  if (reused === undefined) return newIdentity(values, hasSeparateDoors(curve), log);
  const { client, engine } = reused;
  const { location } = engine;
  sayIgnored(values, reused, log);
  if (location !== values.location && !(await isHere(location)))
    log.warn(
      {
        location,
        here: defaultLocation(),
        remedy: 'remove the files, or give --location, if this is the place by now',
      },
      'the connection files are of a controller on another machine: peers elsewhere look for it there',
    );
  return {
    addresses: { client: await addressIn(client.interface), engine: await addressIn(engine.interface) },
    plan: planFromFiles(client, engine),
    key: client.key,
    location,
    ssh: { client: client.ssh, engine: engine.ssh },
    reused,
  };
}

/**
 * The key that was chosen, be it empty; else a new one, or none with CurveZMQ, as in Python (§3.4). Separate doors sign in any case.
 */
export function chooseKey(chosen: string | undefined, curve: CurveServers | undefined, newKey: () => string): string {
  if (hasSeparateDoors(curve)) return chosen || newKey();
  return chosen ?? (curve === undefined ? newKey() : '');
}

async function newIdentity(values: ControllerValues, isStrict: boolean, log: Logger): Promise<Identity> {
  const addresses = {
    client: await resolveAddress(values.clientIp || values.ip),
    engine: await resolveAddress(values.engineIp || values.ip),
  };
  const plan = planPorts(values, isStrict);
  const missing = portsMissing(values, plan, isStrict);
  if (missing.length > 0)
    log.warn(
      { channels: missing.join(', '), remedy: 'give as many ports more' },
      'port pools exhausted: free ports are taken',
    );
  return {
    addresses,
    plan,
    key: values.key ?? undefined,
    location: findLocation(values.location, [...new Set(Object.values(addresses))], log),
    ssh: { client: values.sshServer, engine: values.engineSshServer },
    reused: undefined,
  };
}

async function findReusable(
  paths: ConnectionPaths,
  curve: CurveServers | undefined,
  log: Logger,
): Promise<Connections | undefined> {
  const found = await readReusable(paths, hasSeparateDoors(curve));
  if (found === undefined) return undefined;
  const isOtherKey = sides.some(
    (side) => typeof found !== 'string' && found[side].curve_serverkey !== (curve?.[side].publicKey ?? null),
  );
  if (typeof found !== 'string' && !isOtherKey) return found;
  const why = typeof found === 'string' ? found : 'their CURVE keys are not those of this start';
  const remedy = 'engines and clients of the controller before have to be started again';
  log.error({ why, remedy }, 'the connection files cannot be reused; new ones are written');
  return undefined;
}

/** The address behind `tcp://`; an IPv6 address stands in brackets there. */
const addressIn = (url: string): Promise<string> =>
  resolveAddress(url.slice(url.indexOf('//') + 2).replace(/^\[(.*)\]$/, '$1'));

/** Options that say otherwise than the files would lock out the peers that go by these. */
function sayIgnored(values: ControllerValues, { client, engine }: Connections, log: Logger): void {
  const differs: readonly (readonly [name: string, given: string | null, filed: string])[] = [
    ['Session.key', values.key, client.key],
    ['location', values.location, engine.location],
    ['ssh', values.sshServer, client.ssh],
    ['enginessh', values.engineSshServer, engine.ssh],
  ];
  const ignored = differs.flatMap(([name, given, filed]) => (given && given !== filed ? [name] : []));
  const pools = [values.ports, values.enginePorts, values.clientPorts];
  if (values.registrationPort !== null || pools.some((pool) => pool.length > 0)) ignored.push('ports');
  if (values.ip || values.engineIp || values.clientIp) ignored.push('ip');
  if (ignored.length === 0) return;
  const remedy = 'remove the connection files to have them';
  log.info({ ignored: ignored.join(', '), remedy }, 'the connection files are reused: what they say counts');
}

/** Other machines that look a name up may find another address than we do; what is ours here is taken for ours. */
async function isHere(location: string): Promise<boolean> {
  if (location === '' || location === defaultLocation() || location === 'localhost') return true;
  const own = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
  try {
    return (await lookup(location, { all: true })).some(({ address }) => own.includes(address));
  } catch {
    return false;
  }
}
