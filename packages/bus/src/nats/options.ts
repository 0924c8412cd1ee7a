import { MusterError } from '@muster/protocol';
import type { Logger } from '@muster/telemetry';
import type { ConnectionOptions } from '@nats-io/transport-node';
import type { OnSubscriberError } from '../bus.ts';
import type { FactType } from '../facts.ts';

/** A reason to look anew at what is true, and to tell others of it: facts may have been lost. */
export type BusStatus =
  /** For the first time. */
  | { readonly type: 'connected'; readonly server: string }
  | { readonly type: 'disconnected'; readonly why: string }
  | { readonly type: 'reconnected'; readonly server: string }
  /** Facts were published that did not reach this service; how many of each type. Told at most ten times a second. */
  | { readonly type: 'missed'; readonly facts: Readonly<Partial<Record<FactType, number>>> };

export interface BusCounts {
  readonly published: number;
  /** Facts of others, and our own, that came in whole. */
  readonly received: number;
  /** Wait for NATS. */
  readonly waiting: number;
  /** Were dropped before they were sent, because too many waited. */
  readonly dropped: number;
  /** Did not travel, or without their buffers. */
  readonly tooLarge: number;
  /** Messages that are no facts or questions. */
  readonly broken: number;
  /** Facts that were published and did not reach us. */
  readonly missed: number;
  /** Came twice, or behind a later one, and were left out. */
  readonly stale: number;
}

export interface NatsBusOptions {
  /** `host`, `host:port`, `nats://host:port` or, where TLS is a must, `tls://host:port`; one or more of one NATS cluster. */
  readonly servers: readonly string[];
  readonly auth?: { readonly user: string; readonly password: string } | { readonly token: string };
  /** PEM texts. Connects by TLS or not at all; `{}` trusts the authorities that Node trusts. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** Clusters with different ids hear nothing of each other. */
  readonly clusterId: string;
  /** Of this service, as NATS's own monitoring shows it. */
  readonly name: string;
  readonly log: Logger;
  readonly onError: OnSubscriberError;
  readonly onStatus?: (status: BusStatus) => void;
  /** The largest fact. Of larger ones the buffers do not travel. Default 32 MiB. */
  readonly maxFactBytes?: number;
  /** Facts that wait while NATS is away or slow; beyond it the oldest are dropped. Default 64 MiB. */
  readonly maxWaitingBytes?: number;
  /** How often NATS is asked whether it is there; after two without an answer it is not. Default 5000. */
  readonly pingIntervalMs?: number;
  /** How long `close` waits until everything is out. Default 2000. */
  readonly closeTimeoutMs?: number;
}

const mib = 1024 * 1024;

export const withDefaults = (options: NatsBusOptions) => ({
  maxFactBytes: 32 * mib,
  maxWaitingBytes: 64 * mib,
  pingIntervalMs: 5000,
  closeTimeoutMs: 2000,
  ...options,
});

/** What the library is told to connect to each of the servers. Throws MusterError `bad_option`. */
export function connectionOptions(options: NatsBusOptions, inboxes: string): ConnectionOptions[] {
  const { servers, auth, name } = options;
  if (servers.length === 0) throw new MusterError('bad_option', 'No NATS server is named.');
  const urls = servers.map(parseServer);
  const wantsTls = urls.some(({ protocol }) => protocol === 'tls:');
  const tls = options.tls ?? (wantsTls ? {} : undefined);
  return urls.map(({ host, hostname }) => ({
    servers: [host],
    name,
    inboxPrefix: inboxes,
    // A connection has one life, and one server; what comes next is decided in link.ts.
    reconnect: false,
    ignoreClusterUpdates: true,
    timeout: 5000,
    pingInterval: withDefaults(options).pingIntervalMs,
    maxPingOut: 2,
    noAsyncTraces: true,
    // The library knows the name that must stand in the certificate, but not when it is an address.
    ...(tls && { tls: { ...tls, host: hostname.replace(/^\[|\]$/g, '') } }),
    ...(auth && ('token' in auth ? { token: auth.token } : { user: auth.user, pass: auth.password })),
  }));
}

function parseServer(server: string): URL {
  const refuse = (why: string, remedy: string): never => {
    throw new MusterError('bad_option', `A NATS server cannot be named like that: ${why}.`, remedy);
  };
  const address = server.includes('://') ? server : `nats://${server}`;
  if (!URL.canParse(address)) return refuse(`'${server}' is no address`, 'Write nats://HOST:PORT.');
  const url = new URL(address);
  const { protocol, hostname, username, password, pathname } = url;
  // Said without the address: there are secrets in it.
  if (username !== '' || password !== '')
    return refuse('the address has a user or a password in it', 'Give user and password on their own.');
  if (!['nats:', 'tls:'].includes(protocol) || hostname === '' || !['', '/'].includes(pathname))
    return refuse(`'${server}' is no address`, 'Write nats://HOST:PORT or tls://HOST:PORT.');
  return url;
}
