// Local ports for forwards. They lie outside of the range from which the system takes ports for outgoing connections: else,
// while a tunnel is down, one that tries to connect to such a port may be given that very port, and is then connected to itself.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { MusterError } from '@muster/protocol';

export interface PortRange {
  readonly low: number;
  readonly high: number;
}

const [lowest, highest] = [10_240, 65_535];
/** Where the system does not say it. */
const usualRange: PortRange = { low: 32_768, high: highest };
/** The system takes nearly all: nothing is left but to share. */
const fewest = 2000;

/** All ports that may be used, ascending. */
export function portsOutside({ low, high }: PortRange): number[] {
  const all = Array.from({ length: highest - lowest + 1 }, (_, i) => lowest + i);
  const outside = all.filter((port) => port < low || port > high);
  return outside.length < fewest ? all : outside;
}

function outgoingRange(): PortRange {
  try {
    const [low, high] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').trim().split(/\s+/).map(Number);
    return Number.isInteger(low) && Number.isInteger(high) ? { low: low!, high: high! } : usualRange;
  } catch {
    return usualRange;
  }
}

/**
 * So many ports of 127.0.0.1 on which nobody listens, from a place in the range that `seed` says: processes that start together
 * have different ones. Rejects with MusterError `port_in_use`.
 */
export async function findFreePorts(count: number, seed: number): Promise<number[]> {
  const ports = portsOutside(outgoingRange());
  const found: number[] = [];
  for (let i = 0; i < ports.length && found.length < count; i++) {
    const port = ports[(seed + i) % ports.length]!;
    if (await isFree(port)) found.push(port);
  }
  if (found.length === count) return found;
  throw new MusterError('port_in_use', `Of the ports of 127.0.0.1 there are no ${count} free for a tunnel.`);
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
