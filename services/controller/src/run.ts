// ipcontroller as a program: the profile, the connection files, signals and the log around a controller.
import { join } from 'node:path';
import type { ConnectionPaths, SettingsOf } from '@muster/config';
import {
  claimProfile,
  connectionPaths,
  ensureProfile,
  profilePart,
  removeConnectionFiles,
  removeFile,
  resolveProfileDir,
  writeConnectionFiles,
  writeFileAtomically,
} from '@muster/config';
import { createSystemPorts } from '@muster/machine/node';
import { MusterError } from '@muster/protocol';
import { createMemoryTaskStore, createNoTaskStore, type TaskStore } from '@muster/task-store';
import { createLogger, type Logger } from '@muster/telemetry';
import { type CurveServer, createZeromqTransport, curvePublicKey, generateCurvePair } from '@muster/transport';
import { defaultLocation, isLoopback, resolveAddress } from './addresses.ts';
import { type Controller, startController } from './controller.ts';
import { createStartDask } from './dask.ts';
import type { PortPlan } from './port-plan.ts';
import { planFromFiles, planPorts } from './port-plan.ts';
import { readReusable } from './reuse.ts';
import type { controllerSettings } from './settings.ts';

export type ControllerValues = SettingsOf<typeof controllerSettings>;

/** What is the same in both connection files, and what an earlier controller may have decided. */
interface Identity {
  readonly plan: PortPlan;
  readonly key: string;
  readonly location: string;
  readonly ssh: { readonly client: string; readonly engine: string };
}

/**
 * Runs a controller until a signal or a client ends it. Resolves to the exit status; errors that a person can mend
 * reject with MusterError (`profile_in_use`, `port_in_use`, `bad_option`, `profile_unusable`).
 */
export async function runController(values: ControllerValues, env: NodeJS.ProcessEnv): Promise<number> {
  const log = createLogger({ level: values.logLevel, format: values.logFormat });
  const profileDir = resolveProfileDir(values, env);
  ensureProfile(profileDir);
  const claim = claimProfile(profileDir, values.clusterId);
  const paths = connectionPaths(profileDir, values.clusterId);
  const engineStatePath = join(
    profilePart(profileDir, 'log'),
    `engines${values.clusterId && `-${values.clusterId}`}.json`,
  );
  const leaveNothing = (): void => {
    if (!values.reuse) removeConnectionFiles(paths);
    removeFile(engineStatePath);
    claim.release();
  };
  process.once('exit', leaveNothing);
  try {
    const ending = Promise.withResolvers<string>();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGABRT'] as const)
      process.once(signal, () => ending.resolve(signal));
    const onShutdownRequested = (): void => ending.resolve('a client asked for it');
    const stop = await start(values, env, log, profileDir, paths, engineStatePath, onShutdownRequested);
    log.info({ why: await ending.promise }, 'stopping');
    await stop();
    return 0;
  } finally {
    leaveNothing();
  }
}

async function start(
  values: ControllerValues,
  env: NodeJS.ProcessEnv,
  log: Logger,
  profileDir: string,
  paths: ConnectionPaths,
  engineStatePath: string,
  onShutdownRequested: () => void,
): Promise<() => Promise<void>> {
  const addresses = {
    engine: await resolveAddress(values.engineIp || values.ip),
    client: await resolveAddress(values.clientIp || values.ip),
  };
  const curve = chooseCurve(values);
  const { plan, ...identity } = await chooseIdentity(values, paths, curve, log);
  warnWhenOpen(Object.values(addresses), curve, identity.key, log);
  const ports = createSystemPorts();
  const transport = createZeromqTransport({
    onError: (error, socket) => log.error({ err: error, socket }, 'socket error'),
  });
  const store = openStore(values, log);
  let controller: Controller;
  try {
    controller = await startController({
      transport,
      ports,
      log,
      store,
      plan,
      addresses,
      curve,
      facts: { ...identity, key: identity.key || (curve ? '' : ports.newId()) },
      maxMessageBytes: values.maxMessageBytes,
      heartbeat: { periodMs: values.heartbeatPeriodMs, maxMisses: values.maxMisses },
      registrationTimeoutMs: values.registrationTimeoutS * 1000,
      scheduler: { schemeName: values.scheme, hwm: values.hwm },
      engineState: { write: (text) => writeFileAtomically(engineStatePath, text) },
      startDask: createStartDask({
        python: values.python,
        env,
        host: addresses.client === '0.0.0.0' ? '127.0.0.1' : addresses.client,
      }),
      onShutdownRequested,
    });
  } catch (error) {
    await transport.close();
    throw error;
  }
  writeConnectionFiles(paths, controller.connections.client, controller.connections.engine);
  log.info(
    { url: `${controller.connections.engine.interface}:${controller.connections.engine.registration}` },
    'hub listening',
  );
  log.info(
    { store: store.name, scheme: values.scheme, hwm: values.hwm, heartbeatMs: values.heartbeatPeriodMs },
    'ready',
  );
  log.info({ client: paths.client, engine: paths.engine, profileDir }, 'connection files written');
  return async () => {
    await controller.stop();
    await transport.close();
    await store.close();
  };
}

/** Ports, key and names: those of an earlier controller's files with --reuse, else new ones. */
async function chooseIdentity(
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

/** The key pair with CurveZMQ switched on: the one configured, or a new one. */
function chooseCurve(values: ControllerValues): CurveServer | undefined {
  if (!values.enableCurve) return undefined;
  const { curveSecretKey: secretKey, curvePublicKey: publicKey } = values;
  if (secretKey === '' && publicKey === '') return { role: 'server', ...generateCurvePair() };
  if (secretKey.length !== 40 || (publicKey !== '' && publicKey !== curvePublicKey(secretKey)))
    throw new MusterError(
      'bad_option',
      'The CURVE keys do not form a pair of 40 characters each.',
      'Set IPP_CURVE_SECRETKEY (and, if you like, the IPP_CURVE_PUBLICKEY that belongs to it), or neither.',
    );
  return { role: 'server', secretKey, publicKey: curvePublicKey(secretKey) };
}

function warnWhenOpen(addresses: readonly string[], curve: CurveServer | undefined, key: string, log: Logger): void {
  const open = addresses.filter((address) => !isLoopback(address));
  if (open.length > 0 && !curve)
    log.warn(
      { addresses: open },
      'listening beyond this machine without encryption: messages are signed, but anyone on the way can read them; IPP_ENABLE_CURVE=1 encrypts',
    );
  if (key !== '' && key.length < 16) log.warn({}, 'the session key is short: signatures are easy to guess');
}

function openStore(values: ControllerValues, log: Logger): TaskStore {
  if (values.store === 'NoDB') return createNoTaskStore();
  if (values.store !== 'DictDB')
    log.warn({ wanted: values.store }, 'this store is not there yet: records of tasks are kept in memory');
  const { recordLimit, sizeLimitBytes, cullFraction } = values;
  return createMemoryTaskStore({ recordLimit, sizeLimitBytes, cullFraction });
}
