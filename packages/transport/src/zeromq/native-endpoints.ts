import { MusterError } from '@muster/protocol';
import type { Endpoint } from '../endpoint.ts';
import { formatEndpoint, parseBinding, parseConnection } from '../endpoint.ts';
import type { NativeSocket } from './native-socket.ts';

function allowIpv6(native: NativeSocket, { host }: Endpoint): void {
  if (host.startsWith('[') && !native.ipv6) native.ipv6 = true;
}

/** Gives the endpoint with its port. Throws MusterError `port_in_use` or `bad_option`. */
export function bindNative(native: NativeSocket, endpoint: string): string {
  const place = parseBinding(endpoint);
  allowIpv6(native, place);
  try {
    // The synchronous form: while the other one runs, the socket refuses to send.
    native.bindSync(formatEndpoint(place));
  } catch (error) {
    throw bindError(error, endpoint);
  }
  return native.lastEndpoint ?? endpoint;
}

function bindError(error: unknown, endpoint: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return new MusterError('port_in_use', `${endpoint}: this port is taken`);
  if (code === 'ENODEV' || code === 'EADDRNOTAVAIL')
    return new MusterError(
      'bad_option',
      `${endpoint}: this machine has no such address`,
      'Bind an address of this machine, or * for all.',
    );
  if (code === 'EACCES')
    return new MusterError(
      'bad_option',
      `${endpoint}: this port is reserved for the system`,
      'Use a port above 1023, or 0 for a free one.',
    );
  return error;
}

/** Throws MusterError `bad_option`. */
export function connectNative(native: NativeSocket, endpoint: string): void {
  const place = parseConnection(endpoint);
  allowIpv6(native, place);
  native.connect(formatEndpoint(place));
}

/** No effect where there is no such connection. */
export function disconnectNative(native: NativeSocket, endpoint: string): void {
  try {
    native.disconnect(formatEndpoint(parseConnection(endpoint)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
