import { hostname, networkInterfaces, userInfo } from 'node:os';
import { connectionPaths, readClientConnection, resolveProfileDir, withServerKey } from '@muster/config';
import type { ClientConnection } from '@muster/protocol';
import { MusterError } from '@muster/protocol';
import type { Transport, TransportName } from '@muster/transport';
import { createTransport, parseTransportName, transportVariable } from '@muster/transport';
import type { Client } from './client.ts';
import type { Here } from './core/address.ts';
import { isElsewhere, reachable } from './core/address.ts';
import type { ClientLimits } from './limits.ts';
import { defaultLimits } from './limits.ts';
import { openClient } from './open-client.ts';
import { findSshServer, openTunnel } from './ssh-route.ts';

export interface ConnectOptions {
  /** Name of the profile: `~/.ipython/profile_NAME`. Default: `default`. */
  readonly profile?: string;
  /** Folder of the profile; goes before `profile`. Default: $IPP_PROFILE_DIR. */
  readonly profileDir?: string;
  /** Which of several clusters of a profile. Default: $IPP_CLUSTER_ID, else the one without an id. */
  readonly clusterId?: string;
  /** Path of a connection file (`ipcontroller-client.json`); goes before all of the above. */
  readonly file?: string;
  /** What is in a connection file, when there is none to read. */
  readonly connection?: ClientConnection;
  /** Address to use in place of the one in the file: `tcp://HOST`. */
  readonly url?: string;
  /**
   * `[user@]host[:port]` of an ssh server through which to connect; the addresses of the connection file are those that it sees.
   * Default: the one that the connection file names, unless the controller is on this machine. '' for none.
   */
  readonly ssh?: string;
  /** Private key for it; without `ssh` that is the machine of the controller. Default: those that ssh finds. */
  readonly sshKey?: string;
  /** How long the controller may take to answer, from when there is a way to it. Default 10,000. */
  readonly timeoutMs?: number;
  /** Environment to look into. Default: that of the process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly limits?: Partial<ClientLimits>;
  /**
   * What carries messages: `zmtp`, Muster's own ZeroMQ wire, or `zeromq`, the native library, which is used in any case where there
   * is CurveZMQ. Or a transport of your own. Default: $MUSTER_TRANSPORT, else `zmtp`.
   */
  readonly transport?: TransportName | Transport;
}

/**
 * Connects to a cluster, found as Python's client finds it: `file`, else `security/ipcontroller-client.json` of the
 * profile. Resolves when the controller has answered and the engines are known.
 * Rejects with MusterError `connection_file_missing`, `connection_file_invalid`, `connection_file_exposed`, `bad_option`, or `timeout` when the
 * controller does not answer; with an ssh server also `unreachable`, `timeout` and `access_denied`; each with its remedy.
 */
export async function connect(options: ConnectOptions = {}): Promise<Client> {
  const { timeoutMs = 10_000 } = options;
  const here = lookAround();
  const { given, from } = await findConnection(options);
  const known = withServerKey(given, options.env ?? process.env);
  const direct = withUrl(reachable(known, here), options.url);
  // Sockets are opened below, so no error can come before there is somebody to tell.
  let report: ((error: Error) => void) | undefined;
  const transport = openTransport(options, (error) => report?.(error));
  const server = options.ssh ?? (await findSshServer(direct, options.sshKey ?? '', here));
  const tunnel = server === '' ? undefined : await openTunnel(direct, server, options, (error) => report?.(error));
  const { client, hello, transportFailed } = await openOrClose(tunnel, () =>
    openClient({
      transport,
      connection: tunnel?.connection ?? direct,
      limits: { ...defaultLimits, ...options.limits },
      username: userName(),
      ...(tunnel === undefined ? {} : { closeRoute: tunnel.close }),
    }),
  );
  report = transportFailed;
  try {
    await hello(timeoutMs);
    return client;
  } catch (error) {
    await client.close();
    if (!(error instanceof MusterError) || error.code !== 'timeout') throw error;
    throw notAnswered(direct, { from, timeoutMs, here, server });
  }
}

function notAnswered(
  connection: ClientConnection,
  { from, timeoutMs, here, server }: { from: string; timeoutMs: number; here: Here; server: string },
): MusterError {
  const where = `${connection.interface}:${connection.registration}${server === '' ? '' : `, as ${server} sees it,`}`;
  const elsewhere =
    server === '' && isElsewhere(connection, here)
      ? ` It runs on ${connection.location} and listens on loopback only: start it with --ip, or go through a tunnel (ssh: '${connection.location}').`
      : '';
  return new MusterError(
    'timeout',
    `The controller at ${where}${from} has not answered within ${timeoutMs} ms.${elsewhere}`,
    'Check that it runs (ipcluster list). If it does not, its connection file is a left-over: start a cluster, which writes a new one.',
  );
}

/** A tunnel to what cannot be opened is closed. */
async function openOrClose<T>(tunnel: { close(): Promise<void> } | undefined, open: () => T): Promise<T> {
  try {
    return open();
  } catch (error) {
    await tunnel?.close();
    throw error;
  }
}

function openTransport({ transport, env = process.env }: ConnectOptions, onError: (error: Error) => void): Transport {
  if (typeof transport === 'object') return transport;
  const name =
    transport === undefined
      ? parseTransportName(env[transportVariable], `$${transportVariable}`)
      : parseTransportName(transport, 'transport');
  return createTransport({ name, onError });
}

async function findConnection(options: ConnectOptions): Promise<{ given: ClientConnection; from: string }> {
  if (options.connection !== undefined) return { given: options.connection, from: '' };
  const { env = process.env, profile, profileDir } = options;
  const choice = { ...(profile === undefined ? {} : { profile }), ...(profileDir === undefined ? {} : { profileDir }) };
  const clusterId = options.clusterId ?? env.IPP_CLUSTER_ID ?? '';
  const path = options.file ?? connectionPaths(resolveProfileDir(choice, env), clusterId).client;
  return { given: await readClientConnection(path), from: ` (${path})` };
}

function withUrl(connection: ClientConnection, url: string | undefined): ClientConnection {
  if (url === undefined) return connection;
  if (!/^tcp:\/\/[^/\s]+$/.test(url))
    throw new MusterError('bad_option', `'${url}' is not an address`, 'Give the address as tcp://HOST.');
  return { ...connection, interface: url };
}

function lookAround(): Here {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
  return { hostname: hostname(), addresses };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container's user may have no entry.
    return 'muster';
  }
}
