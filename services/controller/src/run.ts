// ipcontroller as a program: the profile, the connection files, signals and the log around a controller.
import type { ConnectionPaths } from '@muster/config';
import {
  claimProfile,
  connectionPaths,
  engineStatePath,
  ensureProfile,
  removeConnectionFiles,
  removeFile,
  resolveProfileDir,
  writeFileAtomically,
} from '@muster/config';
import { createDaskStarter } from '@muster/launchers/dask';
import { createSystemPorts } from '@muster/machine/node';
import { type Logger, watchOpenFiles } from '@muster/telemetry';
import { createTransport, logTransportErrors, transportInUse, warnWhenOpen } from '@muster/transport';
import { openRecords } from './continuity.ts';
import { type Controller, startController } from './controller.ts';
import { chooseKeys } from './curve-keys.ts';
import { chooseIdentity, chooseKey } from './identity.ts';
import { explainAddress } from './location/explain-address.ts';
import { ownAddress, readMachine } from './location/find-location.ts';
import { openLog, sayBeginning, sayStarted } from './log.ts';
import { readPredecessor } from './predecessor.ts';
import { releaseInQuietMoment } from './quiet-moment.ts';
import { explainReuse, leaveFiles } from './reuse.ts';
import type { ControllerValues } from './settings.ts';
import { resultMaxAgeMs } from './store.ts';

/**
 * Runs a controller until a signal or a client ends it. Resolves to the exit status; errors that a person can mend
 * reject with MusterError (`profile_in_use`, `port_in_use`, `bad_option`, `profile_unusable`).
 */
export async function runController(given: ControllerValues, env: NodeJS.ProcessEnv): Promise<number> {
  const values: ControllerValues = { ...given, reuse: given.reuse || given.restore };
  const profileDir = resolveProfileDir(values, env);
  ensureProfile(profileDir);
  const claim = claimProfile(profileDir, values.clusterId);
  const opened = openLog(values, profileDir);
  const { log } = opened;
  sayBeginning(log, profileDir, claim, opened.path);
  const paths = connectionPaths(profileDir, values.clusterId);
  const engineState = engineStatePath(profileDir, values.clusterId);
  const leave = (): void => {
    if (!values.reuse) {
      removeConnectionFiles(paths);
      removeFile(engineState);
    }
    claim.release();
  };
  process.once('exit', leave);
  try {
    const ending = Promise.withResolvers<string>();
    let status = 0;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGABRT'] as const)
      process.once(signal, () => ending.resolve(signal));
    const onShutdownRequested = (): void => ending.resolve('a client asked for it');
    const onFailed = (error: Error): void => {
      status = 1;
      ending.resolve(error.message);
    };
    const stop = await start({ values, env, log, profileDir, paths, engineState, onShutdownRequested, onFailed });
    const own = log.child({ service: 'controller' });
    const files = watchOpenFiles(own);
    const callOff = releaseInQuietMoment();
    const why = await ending.promise;
    own[status === 0 ? 'info' : 'error']({ why }, 'stopping');
    files.stop();
    callOff();
    await stop();
    own.info({ connectionFiles: values.reuse ? 'kept' : 'removed' }, 'stopped');
    return status;
  } catch (error) {
    opened.noteEnd(error);
    throw error;
  } finally {
    leave();
    opened.close();
  }
}

interface Start {
  readonly values: ControllerValues;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Logger;
  readonly profileDir: string;
  readonly paths: ConnectionPaths;
  /** Path of the engine-state file. */
  readonly engineState: string;
  readonly onShutdownRequested: () => void;
  readonly onFailed: (error: Error) => void;
}

/** Starts everything and writes the connection files. Gives the function that stops it. */
async function start({ values, env, paths, ...start }: Start): Promise<() => Promise<void>> {
  const log = start.log.child({ service: 'controller' });
  const curve = chooseKeys(values, paths.curveKeys);
  const { reused, ...identity } = await chooseIdentity(values, paths, curve, log);
  const { addresses, plan, ...facts } = identity;
  const ports = createSystemPorts();
  const key = chooseKey(facts.key, curve, ports.newId);
  warnWhenOpen([...new Set(Object.values(addresses))], curve, key, log);
  const session = ports.newId();
  const places = { engineState: start.engineState, client: paths.client };
  const before = readPredecessor(values, places, ports.clock.nowUs(), log);
  const { store, ...continuity } = await openRecords({ ...start, values, session, before, log });
  const carrier = transportInUse(values.transport, curve !== undefined);
  const transport = createTransport({ name: values.transport, onError: logTransportErrors(log) });
  let controller: Controller;
  try {
    controller = await startController({
      ...{ transport, ports, session, store, plan, addresses, curve, ...continuity },
      log: start.log,
      facts: { ...facts, key },
      maxMessageBytes: values.maxMessageBytes,
      heartbeat: { periodMs: values.heartbeatPeriodMs, maxMisses: values.maxMisses },
      heartbeatThread: { transport: carrier, onFailed: start.onFailed },
      afterSends: setImmediate,
      registrationTimeoutMs: values.registrationTimeoutS * 1000,
      resultMaxAgeMs: resultMaxAgeMs(values),
      scheduler: { schemeName: values.scheme, hwm: values.hwm },
      // Written at each registration. Engines of a machine without power are gone, too.
      engineState: { write: (text) => writeFileAtomically(start.engineState, text, 0o600, false) },
      startDask: createDaskStarter({
        python: values.python ?? '',
        env,
        host: ownAddress(facts.location, addresses.client),
      }),
      onShutdownRequested: start.onShutdownRequested,
    });
  } catch (error) {
    await transport.close();
    await store.close();
    throw reused === undefined
      ? explainAddress(error, Object.values(addresses), readMachine())
      : explainReuse(error, paths);
  }
  leaveFiles(paths, reused, controller.connections);
  sayStarted(start.log, values, {
    ...{ connections: controller.connections, paths, isReused: reused !== undefined, store },
    ...{ engineState: start.engineState, transport: carrier },
  });
  return async () => {
    await controller.stop();
    await transport.close();
    await store.close();
  };
}
