import { MusterError } from '@muster/protocol';
import type { Endpoint } from '../endpoint.ts';
import { formatEndpoint } from '../endpoint.ts';

/** Who is bound where, on the one machine that the memory transport is. */
export interface Bindings<Party> {
  /** Gives the endpoint with its real port. Throws MusterError `port_in_use` or `bad_option`. */
  add(party: Party, endpoint: Endpoint): Endpoint;
  find(endpoint: Endpoint): Party | undefined;
  remove(party: Party): void;
}

const everyAddress = '0.0.0.0';
const firstFreePort = 49_152;
const portsEnd = 65_536;

function normalise(host: string): string {
  if (host === '*') return everyAddress;
  return host === 'localhost' ? '127.0.0.1' : host;
}
const isOfThisMachine = (host: string): boolean =>
  host === everyAddress || host === '[::]' || host === '[::1]' || host.startsWith('127.');
const isEvery = (host: string): boolean => host === everyAddress || host === '[::]';
const overlaps = (a: string, b: string): boolean => a === b || isEvery(a) || isEvery(b);

export function createBindings<Party>(): Bindings<Party> {
  /** By port; addresses differ. */
  const bound = new Map<number, { readonly host: string; readonly party: Party }[]>();
  let nextPort = firstFreePort;

  function freePort(): number {
    for (let tries = firstFreePort; tries < portsEnd; tries++) {
      const port = nextPort;
      nextPort = port + 1 < portsEnd ? port + 1 : firstFreePort;
      if (!bound.has(port)) return port;
    }
    throw new MusterError('port_in_use', 'no port is free');
  }
  return {
    add(party, endpoint) {
      const host = normalise(endpoint.host);
      if (!isOfThisMachine(host))
        throw new MusterError('bad_option', `${formatEndpoint(endpoint)}: this machine has no such address`);
      const port = endpoint.port === 0 ? freePort() : endpoint.port;
      const there = bound.get(port) ?? [];
      if (there.some((other) => overlaps(other.host, host)))
        throw new MusterError('port_in_use', `${formatEndpoint(endpoint)}: this port is taken`);
      bound.set(port, [...there, { host, party }]);
      return { host, port };
    },
    find(endpoint) {
      const host = normalise(endpoint.host);
      return bound.get(endpoint.port)?.find((other) => overlaps(other.host, host))?.party;
    },
    remove(party) {
      for (const [port, there] of bound) {
        const left = there.filter((one) => one.party !== party);
        if (left.length === 0) bound.delete(port);
        else bound.set(port, left);
      }
    },
  };
}
