// A context of a kubeconfig. Certificates, tokens and passwords are read here; other ways to log in are left to the library.
import { readFile } from 'node:fs/promises';
import { delimiter, dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import type { Credentials, KubeAccess } from './access.ts';
import { KubeError } from './errors.ts';

type Members = Readonly<Record<string, unknown>>;

/** A cluster, user or context of one of the files. */
interface Entry {
  readonly name: string;
  readonly members: Members;
  /** Of the file: relative paths begin there. */
  readonly folder: string;
}

interface Config {
  readonly current: string | undefined;
  readonly clusters: readonly Entry[];
  readonly users: readonly Entry[];
  readonly contexts: readonly Entry[];
}

/** Files of tokens and certificates are read again after this long: they change. */
const keptMs = 30_000;
const largestFile = 8 * 1024 * 1024;

function refuse(message: string, remedy = 'Check KUBECONFIG.'): never {
  throw new KubeError('access_denied', message, { remedy });
}

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (members: Members, name: string): string | undefined => {
  const value = members[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

async function readConfig(file: string): Promise<Config> {
  let parsed: unknown;
  try {
    const text = await readFile(file, 'utf8');
    if (text.length > largestFile) throw new Error('it is too large');
    parsed = parse(text, { logLevel: 'silent' });
  } catch (error) {
    refuse(`The kubeconfig ${file} cannot be used: ${(error as Error).message.split('\n')[0]}.`);
  }
  const members = isMembers(parsed) ? parsed : {};
  const entries = (list: string, member: string): Entry[] =>
    (Array.isArray(members[list]) ? members[list] : []).filter(isMembers).map((entry) => ({
      name: textOf(entry, 'name') ?? '',
      members: isMembers(entry[member]) ? entry[member] : {},
      folder: dirname(resolve(file)),
    }));
  return {
    current: textOf(members, 'current-context'),
    clusters: entries('clusters', 'cluster'),
    users: entries('users', 'user'),
    contexts: entries('contexts', 'context'),
  };
}

/** What the first file says counts, as for kubectl. */
const merge = (configs: readonly Config[]): Config => ({
  current: configs.find(({ current }) => current !== undefined)?.current,
  clusters: configs.flatMap(({ clusters }) => clusters),
  users: configs.flatMap(({ users }) => users),
  contexts: configs.flatMap(({ contexts }) => contexts),
});

/** A member that is in the file itself, as base64, or in a file of its own. */
async function pem({ members, folder }: Entry, name: string): Promise<string | undefined> {
  const data = textOf(members, `${name}-data`);
  if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8');
  const file = textOf(members, name);
  return file === undefined ? undefined : readFile(resolve(folder, file), 'utf8');
}

async function authorization({ members, folder }: Entry): Promise<string | undefined> {
  const file = textOf(members, 'tokenFile');
  const token = file === undefined ? textOf(members, 'token') : (await readFile(resolve(folder, file), 'utf8')).trim();
  if (token !== undefined) return `Bearer ${token}`;
  const [username, password] = [textOf(members, 'username'), textOf(members, 'password')];
  if (username === undefined) return undefined;
  return `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}`;
}

async function readCredentials(cluster: Entry, user: Entry): Promise<Credentials> {
  try {
    const ca = await pem(cluster, 'certificate-authority');
    const [cert, key] = [await pem(user, 'client-certificate'), await pem(user, 'client-key')];
    const token = await authorization(user);
    const servername = textOf(cluster.members, 'tls-server-name');
    return {
      headers: token === undefined ? {} : { authorization: token },
      tls: {
        ...(ca !== undefined && { ca }),
        ...(cert !== undefined && { cert }),
        ...(key !== undefined && { key }),
        ...(servername !== undefined && { servername }),
        ...(cluster.members['insecure-skip-tls-verify'] === true && { rejectUnauthorized: false }),
      },
    };
  } catch (error) {
    return refuse(`A file that the kubeconfig names cannot be read: ${(error as Error).message}.`);
  }
}

/** `files`: one file, or several as in KUBECONFIG. Rejects with KubeError `access_denied`. */
export async function kubeconfigAccess(files: string, wanted?: string): Promise<KubeAccess> {
  const config = merge(await Promise.all(files.split(delimiter).filter(Boolean).map(readConfig)));
  const name = wanted ?? config.current ?? '';
  const context = config.contexts.find((entry) => entry.name === name);
  const clusterName = context && textOf(context.members, 'cluster');
  const cluster = config.clusters.find((entry) => entry.name === clusterName);
  const server = cluster && textOf(cluster.members, 'server');
  if (context === undefined || cluster === undefined || server === undefined || !URL.canParse(server))
    refuse(
      `The kubeconfig ${files} has no context "${name}" with a server.`,
      `Choose one of: ${config.contexts.map((entry) => entry.name).join(', ') || 'none'}.`,
    );
  const userName = textOf(context.members, 'user');
  const user = config.users.find((entry) => entry.name === userName) ?? { name: '', members: {}, folder: '' };
  if (user.members.exec || user.members['auth-provider'] || cluster.members['proxy-url']) {
    const { libraryAccess } = await import('./kubeconfig-library.ts');
    return libraryAccess(files, wanted);
  }
  let kept: Promise<Credentials> | undefined;
  let keptAtMs = 0;
  return {
    server: new URL(server),
    namespace: textOf(context.members, 'namespace') ?? 'default',
    credentials() {
      if (kept === undefined || performance.now() - keptAtMs > keptMs) {
        kept = readCredentials(cluster, user);
        keptAtMs = performance.now();
        kept.catch(() => {
          kept = undefined;
        });
      }
      return kept;
    },
  };
}
