// Endpoints as Node's sockets want them: tcp://ADDRESS:PORT and ipc://PATH.

import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { MusterError } from '@muster/protocol';
import type { Endpoint } from '../endpoint.ts';
import { formatEndpoint, parseBinding, parseConnection } from '../endpoint.ts';

export type Place = Endpoint | { readonly path: string };

const scheme = 'ipc://';
/** What the address of a Unix socket has room for. */
const longestPath = 107;

function parsePath(endpoint: string): { readonly path: string } {
  const path = endpoint.slice(scheme.length);
  if (path !== '' && Buffer.byteLength(path) <= longestPath && !path.includes('\0')) return { path };
  throw new MusterError('bad_option', `${endpoint}: not a path of 1 to ${longestPath} bytes`, 'Use a shorter path.');
}

/** Where to bind. Throws MusterError `bad_option`. */
export const bindingPlace = (endpoint: string): Place =>
  endpoint.startsWith(scheme) ? parsePath(endpoint) : parseBinding(endpoint);

/** Where to connect to. Throws MusterError `bad_option`. */
export const connectionPlace = (endpoint: string): Place =>
  endpoint.startsWith(scheme) ? parsePath(endpoint) : parseConnection(endpoint);

export const formatPlace = (place: Place): string =>
  'path' in place ? `${scheme}${place.path}` : formatEndpoint(place);

const withoutBrackets = (host: string): string => host.replace(/^\[(.*)\]$/, '$1');

export const connectOptions = (
  place: Place,
): { readonly path: string } | { readonly host: string; readonly port: number } =>
  'path' in place ? place : { host: withoutBrackets(place.host), port: place.port };

/** The address to listen at: an IP address, * for all, or a network interface. Throws MusterError `bad_option`. */
export function addressOf({ host, port }: Endpoint): string {
  const plain = host === '*' ? '0.0.0.0' : withoutBrackets(host);
  if (isIP(plain) !== 0) return plain;
  const found = networkInterfaces()[plain]?.find(({ family }) => family === 'IPv4')?.address;
  if (found !== undefined) return found;
  throw noSuchAddress({ host, port });
}

const noSuchAddress = (place: Place): MusterError =>
  new MusterError(
    'bad_option',
    `${formatPlace(place)}: this machine has no such address`,
    'Bind an address of this machine, or * for all.',
  );

/** What a failed attempt to listen means. */
export function bindError(error: unknown, place: Place): unknown {
  const { code } = error as NodeJS.ErrnoException;
  const endpoint = formatPlace(place);
  if (code === 'EADDRINUSE') return new MusterError('port_in_use', `${endpoint}: this port is taken`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EINVAL') return noSuchAddress(place);
  if (code === 'EACCES')
    return new MusterError(
      'bad_option',
      `${endpoint}: this port is reserved for the system`,
      'Use a port above 1023, or 0 for a free one.',
    );
  return error;
}
