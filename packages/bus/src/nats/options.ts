import { MusterError } from '@muster/protocol';
import type { Logger } from '@muster/telemetry';
import type { ConnectionOptions } from '@nats-io/transport-node';
import type { OnSubscriberError } from '../bus.ts';

/** A reason to look anew at what is true, and to tell others of it: facts may have been lost. */
export type BusStatus =
  /** For the first time. */
  | { readonly type: 'connected'; readonly server: string }
  | { readonly type: 'disconnected'; readonly why: string }
  | { readonly type: 'reconnected'; readonly server: string }
  /** Facts of another service that were published did not reach this one, which was connected all the time. */
  | { readonly type: 'missed'; readonly fact: string; readonly count: number };

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

/** Throws MusterError `bad_option`. */
export function connectionOptions(options: NatsBusOptions, inboxes: string): ConnectionOptions {
  const { servers, auth, name } = options;
  if (servers.length === 0) throw new MusterError('bad_option', 'No NATS server is named.');
  const schemes = servers.map(checkServer);
  const tls = options.tls ?? (schemes.includes('tls:') ? {} : undefined);
  return {
    servers: [...servers],
    name,
    inboxPrefix: inboxes,
    // A connection has one life; what comes next is decided in link.ts.
    reconnect: false,
    timeout: 5000,
    pingInterval: withDefaults(options).pingIntervalMs,
    maxPingOut: 2,
    noAsyncTraces: true,
    ...(tls && { tls }),
    ...(auth && ('token' in auth ? { token: auth.token } : { user: auth.user, pass: auth.password })),
  };
}

/** Its scheme. */
function checkServer(server: string): string {
  const refuse = (why: string, remedy: string): never => {
    throw new MusterError('bad_option', `A NATS server cannot be named like that: ${why}.`, remedy);
  };
  const address = server.includes('://') ? server : `nats://${server}`;
  if (!URL.canParse(address)) return refuse(`'${server}' is no address`, 'Write nats://HOST:PORT.');
  const { protocol, hostname, username, password, pathname } = new URL(address);
  // Said without the address: there are secrets in it.
  if (username !== '' || password !== '')
    return refuse('the address has a user or a password in it', 'Give user and password on their own.');
  if (!['nats:', 'tls:'].includes(protocol) || hostname === '' || !['', '/'].includes(pathname))
    return refuse(`'${server}' is no address`, 'Write nats://HOST:PORT or tls://HOST:PORT.');
  return protocol;
}
