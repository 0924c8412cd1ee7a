// Where a MongoDB is: an address of its own kind, or what Python's MongoClient takes (§5.5, connection_args and
// connection_kwargs).
import { MusterError } from '@muster/protocol';

export interface MongoAddressParts {
  /** `mongodb://…` or `mongodb+srv://…`; empty for what the others say. */
  readonly uri: string;
  /** List in JSON, or as Python writes it: host or address, and port. */
  readonly connectionArgs: string;
  /** Object in JSON, or a dictionary as Python writes it: `host`, `port`, `username`, `password`, and options of the driver. */
  readonly connectionKwargs: string;
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
  const args = parse('connection_args', connectionArgs);
  if (!Array.isArray(args) || args.length > 2) throw bad('connection_args', 'takes a list: host and port');
  const kwargs = parse('connection_kwargs', connectionKwargs);
  if (typeof kwargs !== 'object' || kwargs === null || Array.isArray(kwargs))
    throw bad('connection_kwargs', 'takes an object');
  // None stands for what is not said.
  const said = Object.fromEntries(Object.entries(kwargs).filter(([, value]) => value !== null));
  const { host = args[0], port = args[1], username, password, ...others } = said;
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

function parse(name: string, text: string): unknown {
  for (const json of [text, fromPython(text)])
    try {
      return JSON.parse(json);
    } catch {}
  throw bad(name, 'is not JSON');
}

const pythonTokens = /'((?:[^'\\]|\\.)*)'|"(?:[^"\\]|\\.)*"|\b(?:True|False|None)\b|,(?=\s*[\])}])|[()]/gs;
const words: Readonly<Record<string, string>> = {
  True: 'true',
  False: 'false',
  None: 'null',
  ',': '',
  '(': '[',
  ')': ']',
};

/** A list or dictionary as it stands in scripts for the original, in JSON. */
const fromPython = (text: string): string =>
  text.replace(pythonTokens, (token, quoted: string | undefined) => {
    if (quoted === undefined) return words[token] ?? token;
    return `"${quoted.replace(/\\'|"/g, (found) => (found === '"' ? '\\"' : "'"))}"`;
  });

const bad = (name: string, why: string): MusterError => new MusterError('bad_option', `MongoDB.${name} ${why}.`);
