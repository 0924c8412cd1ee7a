// From settings to an operator that runs: source, launchers, connection files.
import { basename } from 'node:path';
import type { Bus } from '@muster/bus';
import type { Connections, CurveServerKeys } from '@muster/config';
import { buildFixedConnections, readCurveSecrets, readSessionKey } from '@muster/config';
import type { EngineLauncher, EnginePrograms, Sites } from '@muster/launchers';
import {
  createLocalEngineLauncher,
  createMpiEngineLauncher,
  createPbsEngineLauncher,
  createSites,
  createSshEngineLauncher,
} from '@muster/launchers';
import type { Ports } from '@muster/machine';
import { formatConnection } from '@muster/protocol';
import type { Logger } from '@muster/telemetry';
import { chooseCurve, serverKeysOf } from '@muster/transport';
import { createEngineShutdown } from './adapters/shutdown.ts';
import type { LauncherOperatorValues } from './config.ts';
import { defaultTuning } from './core/index.ts';
import { explain } from './explain.ts';
import { openSource } from './open-source.ts';
import type { EngineLaunchers } from './profile-facts.ts';
import type { LauncherOperatorService } from './service.ts';
import { createLauncherOperatorService } from './service.ts';

export interface OpenOperatorOptions {
  readonly values: LauncherOperatorValues;
  readonly env: NodeJS.ProcessEnv;
  readonly bus: Bus;
  readonly ports: Ports;
  readonly log: Logger;
  /** Ends the program: another operator leads. */
  readonly end: (why: string) => void;
}

/**
 * Writes the connection files and starts to look after profiles; on Kubernetes as soon as this operator leads. Rejects with
 * MusterError when something is wrong that a person has to mend.
 */
export async function openLauncherOperator(options: OpenOperatorOptions): Promise<LauncherOperatorService> {
  const { values, bus, ports, log } = options;
  const connections = buildConnections(values);
  const { source, pods } = await openSource(options);
  const sites = createSites({
    readKeySecret: async (name) => (await source.readKeySecret(name)).key,
    warn: (message) => log.warn({ why: message }, 'trust on first use'),
    env: options.env,
  });
  const shutdown = createEngineShutdown({
    connection: connections.client,
    ports,
    openTransport: async () => {
      const { createTransport, logTransportErrors } = await import('@muster/transport');
      return createTransport({ name: values.transport, onError: logTransportErrors(log) });
    },
  });
  const service = createLauncherOperatorService({
    source,
    launchers: createLaunchers(sites, pods),
    bus,
    ports,
    log,
    tuning: { ...defaultTuning, drainTimeoutMs: values.drainTimeoutS * 1000, maxEngines: values.maxEngines },
    connection: formatConnection(connections.engine),
    files: {
      'ipcontroller-client.json': formatConnection(connections.client),
      'ipcontroller-engine.json': formatConnection(connections.engine),
    },
    shutDown: shutdown.shutDown,
    resyncMs: values.resyncS * 1000,
    pollMs: values.pollS * 1000,
  });
  const started = service.start();
  // Others may lead for as long as they like: then this one stands by.
  if (values.source === 'folder') await started;
  else started.catch((error: unknown) => options.end(explain(error)));
  return {
    ...service,
    async stop() {
      await service.stop();
      await shutdown.close();
    },
  };
}

function createLaunchers(sites: Sites, pods: EngineLauncher | undefined): EngineLaunchers {
  const programs = localPrograms();
  const launchers = [
    createLocalEngineLauncher(sites, programs),
    createSshEngineLauncher(sites),
    createMpiEngineLauncher(sites, localPrograms()),
    createPbsEngineLauncher(sites, localPrograms()),
    ...(pods === undefined ? [] : [pods]),
  ];
  return Object.fromEntries(launchers.map((launcher) => [launcher.name, launcher as EngineLauncher]));
}

/** On this machine, engines are started by the very program that runs here. */
function localPrograms(): EnginePrograms {
  const program = process.argv[1] ?? '';
  return /^muster(\.js)?$/.test(basename(program)) ? { node: [process.execPath, program, 'engine'] } : {};
}

function buildConnections(values: LauncherOperatorValues): Connections {
  const { basePort, address } = values;
  return buildFixedConnections({
    basePort,
    address,
    key: readSessionKey(values),
    curveServerKeys: readServerKeys(values),
  });
}

/** Without strict mode the public key will do. */
function readServerKeys(values: LauncherOperatorValues): CurveServerKeys | null {
  const { enableCurve, curveStrict, curvePublicKey: key } = values;
  if (enableCurve && !curveStrict && key !== '' && !hasSecret(values)) return { engine: key, client: key };
  return serverKeysOf(chooseCurve({ ...values, ...readCurveSecrets(values) }));
}

const hasSecret = ({ curveSecretKey, curveSecretKeyFile }: LauncherOperatorValues): boolean =>
  curveSecretKey !== '' || curveSecretKeyFile !== '';
