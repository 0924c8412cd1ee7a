// The client's connection file of a release, from the Secret that its launcher-operator keeps.
import type { KubeApi, Secret } from '@muster/kube';
import { secrets } from '@muster/kube';
import type { ClientConnection } from '@muster/protocol';
import { MusterError, parseClientConnection } from '@muster/protocol';

const key = 'ipcontroller-client.json';
const suffix = '-connection';
const instance = 'app.kubernetes.io/instance';

export interface FoundConnection {
  /** What the release's objects are called. */
  readonly name: string;
  readonly release: string;
  readonly connection: ClientConnection;
}

/**
 * With an empty `release`, the only one there is. Rejects with MusterError: `no_cluster` naming the releases that are
 * there, `connection_file_missing` while it is not written yet, `connection_file_invalid`, and what Kubernetes refuses.
 */
export async function findConnection(api: KubeApi, release: string): Promise<FoundConnection> {
  const secret = (await byName(api, release || 'muster')) ?? (await byLabels(api, release));
  const name = secret.metadata.name.slice(0, -suffix.length);
  const text = secret.data?.[key];
  if (!text)
    throw new MusterError(
      'connection_file_missing',
      `The release ${name} in namespace ${api.namespace} has no connection file yet.`,
      `Wait until its launcher-operator runs: kubectl -n ${api.namespace} get pods; kubectl -n ${api.namespace} logs deployment/${name}-launcher-operator`,
    );
  const where = `${key} of the Secret ${secret.metadata.name}`;
  const connection = parseClientConnection(Buffer.from(text, 'base64').toString('utf8'), where);
  return { name, release: releaseOf(secret), connection };
}

/** By the names that the chart gives; so the right to read this very Secret is enough. */
async function byName(api: KubeApi, release: string): Promise<Secret | undefined> {
  const name = release.includes('muster') ? release : `${release}-muster`;
  const secret = await api.get(secrets, `${name}${suffix}`);
  return secret !== undefined && isOurs(secret) ? secret : undefined;
}

async function byLabels(api: KubeApi, release: string): Promise<Secret> {
  const labels = { 'app.kubernetes.io/name': 'muster', 'app.kubernetes.io/component': 'connection' };
  const { items } = await api.list(secrets, { labels });
  const found = items.filter(isOurs);
  const [first, ...others] = release === '' ? found : found.filter((secret) => releaseOf(secret) === release);
  if (first !== undefined && others.length === 0) return first;
  const known = found.map(releaseOf).sort().join(', ');
  const what = release === '' ? 'no release of Muster' : `no release ${release} of Muster`;
  if (first === undefined)
    throw new MusterError(
      'no_cluster',
      `There is ${what} in namespace ${api.namespace}.`,
      known === ''
        ? 'Name another one with --namespace, or install it: helm install muster charts/muster'
        : `There are: ${known}. Name one with --release.`,
    );
  throw new MusterError(
    'no_cluster',
    `There are several releases of Muster in namespace ${api.namespace}.`,
    `Name one with --release: ${known}.`,
  );
}

const isOurs = ({ metadata }: Secret): boolean => metadata.name.endsWith(suffix) && metadata.name !== suffix;
const releaseOf = ({ metadata }: Secret): string =>
  metadata.labels?.[instance] ?? metadata.name.slice(0, -suffix.length);
