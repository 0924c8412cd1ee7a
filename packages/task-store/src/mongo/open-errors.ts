// Why a MongoDB cannot be used, in words that say what to do about it.
import { MusterError } from '@muster/protocol';
import {
  MongoCompatibilityError,
  MongoNetworkError,
  MongoParseError,
  MongoServerError,
  MongoServerSelectionError,
} from 'mongodb';

interface Trouble {
  readonly what: string;
  readonly remedy: string;
}

/** A MusterError `store_unusable` for what the driver rejected with. `secrets`: texts that must not be in it. */
export function unusable(error: Error, secrets: readonly string[] = []): MusterError {
  if (error instanceof MusterError) return error;
  const { what, remedy } = diagnose(error);
  const said = secrets.reduce((text, secret) => text.replaceAll(secret, '…'), error.message);
  return new MusterError('store_unusable', `The task database cannot be opened: ${what}: ${said}`, remedy);
}

function diagnose(error: Error): Trouble {
  if (error instanceof MongoServerSelectionError) return diagnoseSelection(error);
  if (error instanceof MongoServerError) return diagnoseRefusal(error);
  return diagnoseConnection(error) ?? troubles.address;
}

/** No server was found that takes writes: each has its own reason. */
function diagnoseSelection(error: MongoServerSelectionError): Trouble {
  const servers = [...(error.reason?.servers.values() ?? [])];
  const fault = servers.find((server) => server.error !== null)?.error;
  if (fault instanceof MongoServerError) return diagnose(fault);
  if (fault) return diagnoseConnection(fault) ?? troubles.away;
  if (servers.some(({ type }) => type !== 'Unknown')) return troubles.noPrimary;
  return servers.length === 0 ? troubles.away : troubles.silent;
}

function diagnoseConnection(error: Error): Trouble | undefined {
  if (error instanceof MongoCompatibilityError) return troubles.version;
  if (error instanceof MongoParseError && /message size|opcode/i.test(error.message)) return troubles.stranger;
  if (!(error instanceof MongoNetworkError)) return undefined;
  if (/ENOTFOUND|EAI_AGAIN/.test(error.message)) return troubles.name;
  if (/timed out|timeout/i.test(error.message)) return troubles.silent;
  if (/certificate|self.signed|SSL|TLS/i.test(error.message)) return troubles.encryption;
  return /closed|ECONNRESET|EPIPE/.test(error.message) ? troubles.stranger : troubles.away;
}

function diagnoseRefusal({ code, message }: MongoServerError): Trouble {
  if (/requires authentication/.test(message)) return troubles.anonymous;
  return refusals.get(code) ?? (/auth/i.test(message) ? troubles.login : troubles.refused);
}

const place = 'MONGODB_URI=mongodb://HOST:PORT/, or --MongoDB.connection_args';
const login = 'MONGODB_URI=mongodb://USER:PASSWORD@HOST:PORT/?authSource=admin';
const rights = 'Give this user the role readWrite on the database, or name another database by --MongoDB.database.';

const troubles = {
  address: { what: 'the address is wrong', remedy: `Check MONGODB_URI, or --MongoDB.connection_args and _kwargs.` },
  away: { what: 'no server is there', remedy: `Start the server, or say where it is: ${place}.` },
  name: { what: 'the host is not known', remedy: `Check the name of the host: ${place}.` },
  silent: {
    what: 'the server does not answer',
    remedy: `Is this MongoDB, and not behind a firewall? Say where it is: ${place}.`,
  },
  stranger: {
    what: 'what is there does not speak as MongoDB does',
    remedy: `Check host and port: ${place}. A server that wants TLS needs mongodb://…/?tls=true.`,
  },
  encryption: {
    what: 'no encrypted connection can be made',
    remedy: 'Check tls and tlsCAFile in the address: mongodb://HOST:PORT/?tls=true&tlsCAFile=FILE.',
  },
  version: { what: 'the server is too old or too new', remedy: 'MongoDB 4.2 to 8.0 can be used.' },
  noPrimary: {
    what: 'no server takes writes',
    remedy: 'Name all members of the replica set, mongodb://A,B,C/?replicaSet=NAME, and see that it has a primary.',
  },
  anonymous: { what: 'the server wants a login', remedy: `Give user and password: ${login}.` },
  login: { what: 'the login is refused', remedy: `Check user, password and authSource: ${login}.` },
  rights: { what: 'the user may not do this', remedy: rights },
  disk: { what: 'the disk of the server is full', remedy: "Free space on the server's disk." },
  differs: {
    what: 'a database is there whose name differs only in case',
    remedy: 'Name the database by --MongoDB.database in the case that it has.',
  },
  refused: { what: 'the server refuses', remedy: rights },
} satisfies Record<string, Trouble>;

/** By the codes of MongoDB. */
const refusals = new Map<unknown, Trouble>([
  [13, troubles.rights],
  [18, troubles.login],
  [10_107, troubles.noPrimary],
  [13_435, troubles.noPrimary],
  [13_297, troubles.differs],
  [14_031, troubles.disk],
]);
