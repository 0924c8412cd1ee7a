// A connection to a server that takes writes, made in bounded time.
import { MusterError } from '@muster/protocol';
import type { MongoClientOptions } from 'mongodb';
import { MongoClient } from 'mongodb';
import type { MongoAddress } from './address.ts';

/** What the address may say otherwise: nobody shall wait for ever for a server that is away or hangs. */
const defaults: MongoClientOptions = {
  appName: 'muster',
  serverSelectionTimeoutMS: 5000,
  // That of heartbeats too, after which all that runs is broken off: a server may be busy for a while.
  connectTimeoutMS: 10_000,
  socketTimeoutMS: 60_000,
};

/** What it may not: answers must say what the server has done, of what was written before, in the forms that we read. */
const ours: MongoClientOptions = {
  readPreference: 'primary',
  promoteBuffers: true,
  promoteLongs: true,
  promoteValues: true,
  useBigInt64: false,
  raw: false,
  ignoreUndefined: false,
};

/** Not connected yet. Throws MusterError `bad_option`, or what the driver throws at an address that it does not take. */
export function createMongoClient({ url, options }: MongoAddress): MongoClient {
  // What is behind the first of them would be taken for the host, and shown.
  if (/^[^/]*\/\/[^/?]*@[^/?]*@/.test(url))
    throw new MusterError(
      'bad_option',
      'In the address of MongoDB @ stands twice.',
      'Write %40 for it in the password.',
    );
  const said = new Set([...optionNames(url), ...Object.keys(options)].map((name) => name.toLowerCase()));
  const unsaid = Object.entries(defaults).filter(([name]) => !said.has(name.toLowerCase()));
  const client = new MongoClient(url, { ...Object.fromEntries(unsaid), ...options, ...ours });
  if (client.options.writeConcern?.w === 0)
    throw new MusterError('bad_option', 'MongoDB with w=0 does not say what it has stored.', 'Leave out w=0.');
  return client;
}

const optionNames = (url: string): string[] => [...new URLSearchParams(url.split('?')[1] ?? '').keys()];

/** Rejects with `late()` after that time; whatever comes of the call then is nobody's business. */
export async function inTime<T>(timeoutMs: number, call: Promise<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), timeoutMs);
  });
  try {
    return await Promise.race([call, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** Tells whether a server is there that takes writes, now and whenever that changes. */
export function watchReach(client: MongoClient, tell: (isThere: boolean, why: string) => void): void {
  tell(true, '');
  client.on('topologyDescriptionChanged', ({ newDescription }) => {
    const servers = [...newDescription.servers.values()];
    // It is empty when the client is closed by us.
    if (servers.length === 0) return;
    const fault = servers.find(({ error }) => error)?.error;
    tell(
      servers.some(({ isWritable }) => isWritable),
      fault?.message ?? 'no server takes writes',
    );
  });
}
