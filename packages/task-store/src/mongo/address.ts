// Where a MongoDB is: an address of its own kind, or what Python's MongoClient takes (§5.5, connection_args and
// connection_kwargs).
import { MusterError } from '@muster/protocol';

export interface MongoAddressParts {
  /** `mongodb://…` or `mongodb+srv://…`; empty for what the others say. */
  readonly uri: string;
  /** List: host or address, and port. */
  readonly connectionArgs: unknown;
  /** Object: `host`, `port`, `username`, `password`, and options of the driver. */
  readonly connectionKwargs: unknown;
}

export interface MongoAddress {
  readonly url: string;
  /** Options of the driver; it refuses those that it does not know. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** Options of Python's driver that say how Python shall see things; nothing here depends on them. */
const pythonOnly = new Set([
  'connect',
  'datetime_conversion',
  'document_class',
  'type_registry',
  'tz_aware',
  'tzinfo',
  'unicode_decode_error_handler',
  'uuidrepresentation',
]);

/** The address of a MongoDB; default localhost:27017. Throws MusterError `bad_option`. */
export function buildMongoAddress({ uri, connectionArgs, connectionKwargs }: MongoAddressParts): MongoAddress {
  if (!Array.isArray(connectionArgs) || connectionArgs.length > 2)
    throw bad('connection_args', 'takes a list: host and port');
  if (typeof connectionKwargs !== 'object' || connectionKwargs === null || Array.isArray(connectionKwargs))
    throw bad('connection_kwargs', 'takes an object');
  // None stands for what is not said.
  const said = Object.fromEntries(Object.entries(connectionKwargs).filter(([, value]) => value !== null));
  const [first, second] = connectionArgs as readonly unknown[];
  const { host = first, port = second, username, password, ...others } = said;
  const auth = username === undefined ? {} : { auth: { username: String(username), password: String(password ?? '') } };
  const options = Object.entries(others).filter(([name]) => !pythonOnly.has(name.toLowerCase()));
  return {
    url: uri || hostAddress(host ?? 'localhost', port ?? 27_017),
    options: { ...Object.fromEntries(options), ...auth },
  };
}

/** Texts of an address that nobody may see. */
export function secretsOf({ url, options }: MongoAddress): string[] {
  const [, inUrl = ''] = /^[^/]*\/\/[^/@]*?:([^/]*)@/.exec(url) ?? [];
  const { password } = (options.auth ?? {}) as { password?: unknown };
  return [inUrl, decoded(inUrl), password].filter((text): text is string => typeof text === 'string' && text !== '');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function hostAddress(host: unknown, port: unknown): string {
  if (typeof host !== 'string') throw bad('connection_args', 'takes the host as a text');
  if (!Number.isInteger(port) || Number(port) < 1 || Number(port) > 65_535)
    throw bad('connection_args', 'takes the port as a number from 1 to 65535');
  if (/^mongodb(\+srv)?:\/\//.test(host)) return host;
  if (!/^[\w.:,[\]-]+$/.test(host)) throw bad('connection_args', 'takes a host, HOST:PORT, or mongodb://…');
  const hasPort = /:\d+$/.test(host) && !/^[^[]*:[^[]*:/.test(host.split(',').at(-1)!);
  return `mongodb://${hasPort ? host : `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`}/`;
}

const bad = (name: string, why: string): MusterError => new MusterError('bad_option', `MongoDB.${name} ${why}.`);
