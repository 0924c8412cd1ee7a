// The way of a client through an ssh server.
import { lookup } from 'node:dns/promises';
import type { ClientConnection } from '@muster/protocol';
import type { TunnelledConnection } from '@muster/tunnel';
import type { ConnectOptions } from './connect.ts';
import type { Here } from './core/address.ts';
import { sshServerOf } from './core/address.ts';

/** The ssh server to use when the caller names none; empty: none is needed. */
export async function findSshServer(connection: ClientConnection, keyFile: string, here: Here): Promise<string> {
  if (connection.ssh === '' && keyFile === '') return '';
  const addresses = [...here.addresses, ...(await otherNames(connection, here))];
  return sshServerOf(connection, keyFile, { ...here, addresses });
}

/** The controller's location, when it is another name of this machine. */
async function otherNames({ location }: ClientConnection, { addresses }: Here): Promise<string[]> {
  if (location === '') return [];
  const found = await lookup(location, { all: true }).catch(() => []);
  const isHere = found.some(({ address }) => addresses.includes(address) || address.startsWith('127.'));
  return isHere ? [location] : [];
}

/** Rejects with MusterError (see openTunnels of @muster/tunnel). Later losses are reported; it is made again. */
export async function openTunnel(
  connection: ClientConnection,
  server: string,
  { sshKey, env }: ConnectOptions,
  report: (error: Error) => void,
): Promise<TunnelledConnection<ClientConnection>> {
  // Loaded here: most clients have no use for it.
  const { tunnelConnection } = await import('@muster/tunnel');
  return tunnelConnection(connection, {
    ...{ server, env, keyFile: sshKey },
    onEvent(event) {
      if (event.type === 'tunnel.lost') report(event.error);
    },
  });
}
