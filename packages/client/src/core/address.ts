// Which address a client uses for a controller (§1.3).
import type { ClientConnection } from '@muster/protocol';

/** What is known of this machine. */
export interface Here {
  readonly hostname: string;
  readonly addresses: readonly string[];
}

/**
 * The connection with an interface that can be connected to: a wildcard becomes loopback on the controller's own
 * machine, and the controller's location elsewhere.
 */
export function reachable(connection: ClientConnection, here: Here): ClientConnection {
  const address = connection.interface.slice('tcp://'.length);
  if (address !== '0.0.0.0' && address !== '*' && address !== '[::]') return connection;
  const { location } = connection;
  const local = location === '' || location === here.hostname || here.addresses.includes(location);
  return { ...connection, interface: `tcp://${local ? '127.0.0.1' : location}` };
}

/** The controller says it is on loopback of another machine: it cannot be reached from here without a tunnel. */
export const isElsewhere = (connection: ClientConnection, here: Here): boolean =>
  connection.interface === 'tcp://127.0.0.1' &&
  connection.location !== '' &&
  connection.location !== '127.0.0.1' &&
  connection.location !== here.hostname &&
  !here.addresses.includes(connection.location);

/**
 * The ssh server through which to go when the caller named none; empty: none. That of the connection file, unless the controller is
 * on loopback of this machine. A key alone means the machine of the controller.
 */
export function sshServerOf(connection: ClientConnection, keyFile: string, here: Here): string {
  const address = connection.interface.slice('tcp://'.length);
  const elsewhere = isElsewhere(connection, here);
  const named = address !== '127.0.0.1' || elsewhere ? connection.ssh : '';
  if (named !== '' || keyFile === '') return named;
  return elsewhere ? connection.location : address.replace(/^\[(.*)\]$/, '$1');
}
