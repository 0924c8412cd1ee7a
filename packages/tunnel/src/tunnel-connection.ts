// A connection file (§1.2) whose ports lead through tunnels. Pure, but for the tunnels.
import type { ClientConnection, EngineConnection } from '@muster/protocol';
import type { TunnelOptions } from './open-tunnels.ts';
import { openTunnels } from './open-tunnels.ts';

const channels = ['registration', 'control', 'mux', 'task', 'iopub', 'notification', 'broadcast', 'hb_ping', 'hb_pong'];

type Connection = ClientConnection | EngineConnection;

/** All its ports, each once. `registration` is the first. */
export function portsOf(connection: Connection): number[] {
  const all = channels.flatMap((name) => (connection as unknown as Record<string, number | number[]>)[name] ?? []);
  return [...new Set(all)];
}

/** The same connection by ports of this machine. */
export function byLocalPorts<C extends Connection>(connection: C, localPortOf: (port: number) => number): C {
  const moved = Object.entries(connection).map(([name, value]) => {
    if (!channels.includes(name)) return [name, value];
    return [name, Array.isArray(value) ? value.map(localPortOf) : localPortOf(value as number)];
  });
  return { ...Object.fromEntries(moved), interface: 'tcp://127.0.0.1', ssh: '' };
}

/** Host of an interface: `tcp://HOST`, where an IPv6 address stands in brackets. */
export const hostOf = (address: string): string => address.replace(/^tcp:\/\//, '').replace(/^\[(.*)\]$/, '$1');

export interface TunnelledConnection<C> {
  readonly connection: C;
  close(): Promise<void>;
}

/** Opens tunnels for all ports of a connection whose interface is that which the server sees. Rejects as openTunnels. */
export async function tunnelConnection<C extends Connection>(
  connection: C,
  options: Omit<TunnelOptions, 'forwards'>,
): Promise<TunnelledConnection<C>> {
  const ports = portsOf(connection);
  const host = hostOf(connection.interface);
  const tunnels = await openTunnels({ ...options, forwards: ports.map((port) => ({ host, port })) });
  const localPorts = new Map(ports.map((port, i) => [port, tunnels.localPorts[i]!]));
  return { connection: byLocalPorts(connection, (port) => localPorts.get(port)!), close: tunnels.close };
}
