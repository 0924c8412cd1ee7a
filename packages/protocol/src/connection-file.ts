// Connection files (§1): what a client or an engine needs to know of a controller. Text in, text out: reading, writing
// and permissions belong to the config package.
import { ProtocolError } from './errors.ts';
import type { Json, JsonObject } from './json.ts';
import { isJsonObject } from './json.ts';

interface ConnectionBase {
  /** Prefix of every address: `tcp://ADDRESS`. */
  readonly interface: string;
  readonly registration: number;
  readonly control: number;
  readonly mux: number;
  readonly task: number;
  readonly iopub: number;
  /** HMAC key as text, used as its bytes; empty: unsigned. */
  readonly key: string;
  /** CurveZMQ public key of the controller, 40 characters Z85, or null. */
  readonly curve_serverkey: string | null;
  /** Host name or IP of the controller, as others see it. */
  readonly location: string;
  /** `[user@]host[:port]` of a tunnel host, or "". */
  readonly ssh: string;
  readonly pack: string;
  readonly unpack: string;
  readonly signature_scheme: string;
  /** What `interface` and `registration` say, under the name before 1.0: `tcp://ADDRESS:PORT`. Written, not needed. */
  readonly url?: string;
  /** As `key`, under the name before 1.0. Written, not needed. */
  readonly exec_key?: string;
}

/** `ipcontroller-client.json`. */
export interface ClientConnection extends ConnectionBase {
  readonly task_scheme: string;
  readonly notification: number;
  readonly broadcast: number;
}

/** `ipcontroller-engine.json`. */
export interface EngineConnection extends ConnectionBase {
  readonly hb_ping: number;
  readonly hb_pong: number;
  /** Leaf ports; an engine takes element `id % length`. */
  readonly broadcast: readonly number[];
}

/** The only signature scheme and packer that we speak. */
export const signatureScheme = 'hmac-sha256';

type Check = (value: Json | undefined) => boolean;
const isPort: Check = (value) => typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 65_536;
const isText: Check = (value) => typeof value === 'string';

const baseTable: Record<Exclude<keyof ConnectionBase, 'url' | 'exec_key'>, [Check, expected: string]> = {
  interface: [(v) => typeof v === 'string' && /^tcp:\/\/(\[[^\]\s]+\]|[^\s/:[\]]+)$/.test(v), 'tcp://ADDRESS'],
  registration: [isPort, 'a port'],
  control: [isPort, 'a port'],
  mux: [isPort, 'a port'],
  task: [isPort, 'a port'],
  iopub: [isPort, 'a port'],
  key: [isText, 'text'],
  curve_serverkey: [
    (v) => v === undefined || v === null || (typeof v === 'string' && v.length === 40),
    '40 characters Z85 or null',
  ],
  location: [isText, 'text'],
  ssh: [(v) => v === undefined || isText(v), 'text'],
  pack: [(v) => v === undefined || v === 'json' || v === 'orjson', 'json'],
  unpack: [(v) => v === undefined || v === 'json' || v === 'orjson', 'json'],
  signature_scheme: [(v) => v === undefined || v === signatureScheme, signatureScheme],
};
/** Keys that a file may lack. */
const defaults = { curve_serverkey: null, ssh: '', pack: 'json', unpack: 'json', signature_scheme: signatureScheme };
const clientTable = {
  task_scheme: [isText, 'text'],
  notification: [isPort, 'a port'],
  broadcast: [isPort, 'a port'],
} as const;
const engineTable = {
  hb_ping: [isPort, 'a port'],
  hb_pong: [isPort, 'a port'],
  broadcast: [(v: Json | undefined) => Array.isArray(v) && v.length > 0 && v.every(isPort), 'a list of ports'],
} as const;

/**
 * Parses a client's connection file. `where` names it in errors.
 * Throws ProtocolError `connection_file_invalid` naming the key that is wrong and what it should be.
 */
export const parseClientConnection = (text: string, where: string): ClientConnection =>
  parse(text, where, clientTable, 'client') as unknown as ClientConnection;

/** Parses an engine's connection file; as parseClientConnection. */
export const parseEngineConnection = (text: string, where: string): EngineConnection =>
  parse(text, where, engineTable, 'engine') as unknown as EngineConnection;

/** The text of a connection file: JSON, two spaces, as Python writes it. */
export const formatConnection = (connection: ClientConnection | EngineConnection): string =>
  `${JSON.stringify(connection, null, 2)}\n`;

/** The names before 1.0 beside today's, for programs that know no others; peers ignore what they do not know. */
export const withOldNames = <C extends ClientConnection | EngineConnection>(connection: C): C => ({
  ...connection,
  url: channelUrl(connection, connection.registration),
  exec_key: connection.key,
});

/** Address of a channel of a connection file. */
export const channelUrl = (connection: ConnectionBase, port: number): string => `${connection.interface}:${port}`;

function parse(text: string, where: string, extra: Record<string, readonly [Check, string]>, role: string): JsonObject {
  const fail = (why: string): never => {
    throw new ProtocolError('connection_file_invalid', `${where}: ${why}`);
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    fail(text.trim() === '' ? 'the file is empty' : 'the file is not JSON, or only half written');
  }
  if (!isJsonObject(value)) return fail('not a JSON object');
  takeOldNames(value);
  for (const [key, [check, expected]] of Object.entries({ ...baseTable, ...extra })) {
    if (check(value[key])) continue;
    if (value[key] !== undefined) fail(`'${key}' is ${shown(key, value[key])}, expected ${expected}`);
    const other = 'url' in value && !('mux' in value) ? ' (a file of IPython before 1.0, which has no ports?)' : '';
    fail(`'${key}' is missing: not a connection file for ${role === 'engine' ? 'an engine' : 'a client'}${other}`);
  }
  for (const [key, otherwise] of Object.entries(defaults)) value[key] ??= otherwise;
  return value;
}

/** Fills in what a file says only under the names before 1.0. */
function takeOldNames(value: Record<string, Json>): void {
  const { url, exec_key } = value;
  const parts = typeof url === 'string' ? /^(tcp:\/\/(?:\[[^\]\s]+\]|[^\s/:[\]]+)):(\d{1,5})$/.exec(url) : null;
  if (parts !== null) {
    value.interface ??= parts[1]!;
    value.registration ??= Number(parts[2]);
  }
  if (typeof exec_key === 'string') value.key ??= exec_key;
}

/** A value as an error may show it: short, and never the key of the cluster. */
const shown = (key: string, value: Json | undefined): string =>
  key === 'key' || key === 'exec_key' ? 'something else' : JSON.stringify(value).slice(0, 80);
