// How the engine learns where its controller is, and gets there (§1.1, §1.3).
import { existsSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import {
  connectionPaths,
  readEngineConnection,
  readIfThere,
  resolveProfileDir,
  waitForFile,
  withServerKey,
} from '@muster/config';
import type { EngineConnection } from '@muster/protocol';
import { MusterError, parseEngineConnection } from '@muster/protocol';
import type { Place } from '../core/index.ts';
import { overrideAddress, reachableInterface, sshServerOf } from '../core/index.ts';
import type { Log } from '../log.ts';
import type { EngineValues } from '../settings.ts';

/** The way to the controller, as long as one engine lives. */
export interface Route {
  /**
   * With the interface by which the controller is reached from here, that of a tunnel where there is one. Rejects with MusterError
   * `connection_file_missing`, `…_invalid`, `…_exposed`, `bad_option`, and those of a tunnel: `unreachable`, `timeout`, `access_denied`.
   */
  readonly connection: Promise<EngineConnection>;
  /** Closes the tunnel, or ends the search. Resolves when nothing is left. */
  close(): Promise<void>;
}

/** Waits for the connection file, and opens a tunnel where one is asked for. The signal ends the search, not the tunnel. */
export function openRoute(values: EngineValues, env: NodeJS.ProcessEnv, log: Log, signal: AbortSignal): Route {
  const over = new AbortController();
  const found = findConnection(values, env, log, AbortSignal.any([signal, over.signal]));
  const connection = found.then((direct) => direct.connection);
  connection.catch(() => {});
  return {
    connection,
    async close() {
      over.abort(new Error('The engine has ended.'));
      await found.then(
        ({ close }) => close?.(),
        () => {},
      );
    },
  };
}

interface Found {
  readonly connection: EngineConnection;
  close?(): Promise<void>;
}

async function findConnection(
  values: EngineValues,
  env: NodeJS.ProcessEnv,
  log: Log,
  signal: AbortSignal,
): Promise<Found> {
  const found = withServerKey(await readConnection(values, env, log, signal), env);
  const connection = withAddress(found, values);
  const server = sshServerOf(connection, { server: values.ssh, keyFile: values.sshKey }, ownPlace());
  if (server === '') return { connection };
  // Loaded here: most engines have no use for it.
  const { openEngineTunnel } = await import('./engine-tunnel.ts');
  return openEngineTunnel(connection, { server, keyFile: values.sshKey, env, log, signal });
}

/** As the controller is reached from here, or from the ssh server. Throws MusterError `bad_option`. */
function withAddress(connection: EngineConnection, values: EngineValues): EngineConnection {
  const location = values.location || connection.location;
  if (values.url === '')
    return { ...connection, location, interface: reachableInterface(connection, ownPlace(), location) };
  const overridden = overrideAddress(connection, values.url);
  if (overridden !== undefined) return overridden;
  throw new MusterError(
    'bad_option',
    `--url: '${values.url}' is not an address.`,
    'Give tcp://HOST or tcp://HOST:PORT.',
  );
}

async function readConnection(
  values: EngineValues,
  env: NodeJS.ProcessEnv,
  log: Log,
  signal: AbortSignal,
): Promise<EngineConnection> {
  const path = fileOf(values, env);
  if (path === undefined) return parseEngineConnection(env.IPP_CONNECTION_INFO!, '$IPP_CONNECTION_INFO');
  if (!existsSync(path)) log.info({ path, seconds: values.waitForFileS }, 'waiting for the connection file');
  await waitForFile(path, { timeoutMs: values.waitForFileS * 1000, signal });
  return readEngineConnection(path);
}

/** Undefined: the environment says it all. */
function fileOf(values: EngineValues, env: NodeJS.ProcessEnv): string | undefined {
  if (env.IPP_CONNECTION_INFO && values.file === '') return undefined;
  return values.file || connectionPaths(resolveProfileDir(values, env), values.clusterId).engine;
}

const lookMs = 500;

/** Resolves when the connection file does not say any more what it said at the call; rejects when the signal comes first. */
export async function waitForOtherFile(
  values: EngineValues,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<void> {
  const path = fileOf(values, env);
  const first = path && readIfThere(path);
  for (;;) {
    await delay(lookMs, undefined, { signal });
    // One that is gone may come back as it was.
    const now = path && readIfThere(path);
    if (now !== undefined && now !== first) return;
  }
}

const ownPlace = (): Place => ({
  hostname: hostname(),
  addresses: Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address)),
});
