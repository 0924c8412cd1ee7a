import type { PeerId } from '@muster/protocol';
import { MusterError } from '@muster/protocol';

export interface Endpoint {
  /** Name or address as given; IPv6 in brackets; '*' for every address. */
  readonly host: string;
  /** 0 to 65535; 0 is a free one. */
  readonly port: number;
}

const form = /^tcp:\/\/(\[[0-9A-Fa-f:.%\w]+\]|[^\s:/[\]]+):(\*|\d{1,5})$/;

const refuse = (endpoint: string, why: string): never => {
  throw new MusterError('bad_option', `${endpoint}: ${why}`, 'Endpoints look like tcp://127.0.0.1:5555.');
};

function parse(endpoint: string): Endpoint {
  const match = form.exec(endpoint);
  if (match === null) return refuse(endpoint, 'not an endpoint of the form tcp://ADDRESS:PORT');
  const port = match[2] === '*' ? 0 : Number(match[2]);
  return port > 65_535 ? refuse(endpoint, 'ports end at 65535') : { host: match[1]!, port };
}

/** Where to bind. The name `localhost` becomes its address, for only addresses can be bound. Throws `bad_option`. */
export function parseBinding(endpoint: string): Endpoint {
  const { host, port } = parse(endpoint);
  return { host: host === 'localhost' ? '127.0.0.1' : host, port };
}

/** Where to connect to. Throws `bad_option`. */
export function parseConnection(endpoint: string): Endpoint {
  const { host, port } = parse(endpoint);
  return port === 0 || host === '*' ? refuse(endpoint, 'names no host or port to connect to') : { host, port };
}

export const formatEndpoint = ({ host, port }: Endpoint): string => `tcp://${host}:${port}`;

/** Bytes of an identity that a socket may announce. Throws `bad_option`. */
export function identityBytes(identity: PeerId): Buffer {
  const bytes = Buffer.from(identity, 'latin1');
  if (bytes.length < 1 || bytes.length > 255 || bytes[0] === 0 || bytes.toString('latin1') !== identity)
    throw new MusterError(
      'bad_option',
      'This identity cannot be announced to peers.',
      'Use 1 to 255 characters of one byte each; the first must not be NUL.',
    );
  return bytes;
}
