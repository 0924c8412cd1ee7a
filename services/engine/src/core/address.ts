// Where a controller is reached from here (§1.3).
import type { EngineConnection } from '@muster/protocol';

export interface Place {
  readonly hostname: string;
  /** Addresses of this machine's interfaces. */
  readonly addresses: readonly string[];
}

const everyAddress = new Set(['0.0.0.0', '*', '[::]']);

/**
 * The interface to connect to. A controller that listens on every address is reached by its `location`: this machine
 * itself when that is our host name, one of our addresses, or empty.
 */
export function reachableInterface(connection: EngineConnection, place: Place, location = connection.location): string {
  const [protocol, address] = split(connection.interface);
  if (!everyAddress.has(address)) return connection.interface;
  const local = location === '' || location === place.hostname || place.addresses.includes(location);
  return `${protocol}://${local ? '127.0.0.1' : location}`;
}

function split(url: string): [protocol: string, address: string] {
  const at = url.indexOf('://');
  return [url.slice(0, at), url.slice(at + 3)];
}

/** Takes `tcp://HOST[:PORT]` over the connection's own interface and registration port. Undefined: not of that form. */
export function overrideAddress(connection: EngineConnection, url: string): EngineConnection | undefined {
  const match = /^(?:tcp:\/\/)?(\[[^\]]+\]|[^:/]+)(?::(\d{1,5}))?\/?$/.exec(url);
  if (match === null) return undefined;
  const port = match[2] === undefined ? connection.registration : Number(match[2]);
  if (port < 1 || port > 65_535) return undefined;
  return { ...connection, interface: `tcp://${match[1]}`, registration: port };
}

/**
 * The ssh server through which an engine goes; empty: none. The one that was named, else that of the connection file. A key alone
 * means the machine of the controller. `connection` has the interface that reachableInterface found.
 */
export function sshServerOf(
  connection: EngineConnection,
  { server, keyFile }: { readonly server: string; readonly keyFile: string },
  place: Place,
): string {
  const named = server || connection.ssh;
  if (named !== '' || keyFile === '') return named;
  const [, address] = split(connection.interface);
  const { location } = connection;
  const isHere = location === '' || location === place.hostname || place.addresses.includes(location);
  return address === '127.0.0.1' && !isHere ? location : address.replace(/^\[(.*)\]$/, '$1');
}
