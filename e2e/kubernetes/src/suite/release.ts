// The product on the cluster, installed by its chart into a namespace of its own.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@muster/client';
import { connect } from '@muster/client';
import type { ClientConnection } from '@muster/protocol';
import { find, helmIn, kubernetesProgramIn, pythonIn } from '@muster/provision';
import type { Finished, TemporaryFolder } from '@muster/testkit';
import { runProgram, temporaryFolder, until } from '@muster/testkit';
import { inject, onTestFailed } from 'vitest';
import type { Kubectl } from '../cluster/kubectl.ts';
import { createKubectl } from '../cluster/kubectl.ts';
import { describeTrouble } from '../cluster/report.ts';
import { imageNames } from '../images/images.ts';
import type { Profile, ProfileObject } from './profiles.ts';
import { isReady, profileObject } from './profiles.ts';

export const releaseName = 'muster';
const chart = join(import.meta.dirname, '../../../../charts/muster');

/** Of a release: images that are on the node already, and the stand-in for MongoDB, which knows no users. */
const values = {
  images: imageNames,
  mongodb: { auth: false, args: [] },
};

export interface Release extends AsyncDisposable {
  readonly namespace: string;
  /** In the release's namespace. */
  readonly kubectl: Kubectl;
  /** A folder of the tests of this release. */
  readonly folder: string;
  /** Runs helm on the release's namespace; rejects with what it said when it fails. */
  helm(...args: string[]): Promise<string>;
  /** The clients' connection file, as the Secret has it. */
  connection(): Promise<ClientConnection>;
  /** A TypeScript client outside of the cluster, through the node's ports. */
  connect(): Promise<Client>;
  /** Applies a profile. */
  apply(profile: Profile): Promise<void>;
  profile(name: string): Promise<ProfileObject>;
  /** Waits until the profile says that as many engines as wanted are registered. */
  ready(name: string, timeoutMs?: number): Promise<ProfileObject>;
  /** Path of the clients' connection file, for Python outside of the cluster. */
  connectionFile(): Promise<string>;
}

async function partFolder(name: 'helm' | 'kubernetes' | 'ipyparallel'): Promise<string> {
  const found = await find(name);
  if (!found.present) throw new Error(`${found.title}: ${found.why}`);
  return found.folder;
}

export const pythonProgram = async (): Promise<string> => pythonIn(await partFolder('ipyparallel'));

/** Creates the namespace, whose pods must be restricted, and a kubectl in it. */
export async function openNamespace(namespace: string): Promise<Kubectl> {
  const { kubeconfig } = inject('cluster');
  const kubectl = createKubectl(kubernetesProgramIn(await partFolder('kubernetes'), 'kubectl'), kubeconfig, namespace);
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await kubectl.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } });
  return kubectl;
}

/** Installs the chart; `more` are values. Resolves when helm says that everything is ready. */
export async function install(namespace: string, more: object = {}): Promise<Release> {
  const kubectl = await openNamespace(namespace);
  const folder = await temporaryFolder(namespace);
  const helmProgram = helmIn(await partFolder('helm'));
  const env = { KUBECONFIG: inject('cluster').kubeconfig, HELM_CACHE_HOME: folder.path, HELM_CONFIG_HOME: folder.path };
  const tryHelm = (...args: string[]): Promise<Finished> =>
    runProgram([helmProgram, `--namespace=${namespace}`, ...args], { env, timeoutMs: 180_000 });
  const helm: Release['helm'] = async (...args) => {
    const run = await tryHelm(...args);
    if (run.code === 0) return run.output;
    throw new Error(`helm ${args[0]} ended with ${run.code}:\n${run.output}\n${await describeTrouble(kubectl)}`);
  };
  const file = join(folder.path, 'values.json');
  await writeFile(file, JSON.stringify({ ...values, ...more }));
  await helm('install', releaseName, chart, '--values', file, '--wait', '--timeout', '150s');
  return releaseOf(namespace, kubectl, folder, helm);
}

function releaseOf(namespace: string, kubectl: Kubectl, folder: TemporaryFolder, helm: Release['helm']): Release {
  const connection: Release['connection'] = () =>
    until(
      async () => {
        const { data } = await kubectl.get<{ data?: Record<string, string> }>(`secret/${releaseName}-connection`);
        const text = data?.['ipcontroller-client.json'];
        return text && (JSON.parse(Buffer.from(text, 'base64').toString()) as ClientConnection);
      },
      { what: 'the connection files are in their Secret', timeoutMs: 20_000, everyMs: 200 },
    );
  const profile: Release['profile'] = (name) => kubectl.get(`clusterprofile/${name}`);
  return {
    namespace,
    kubectl,
    folder: folder.path,
    helm,
    connection,
    connect: async () => connect({ connection: await connection(), timeoutMs: 20_000 }),
    apply: (wanted) => kubectl.apply(profileObject(wanted)),
    profile,
    async ready(name, timeoutMs = 60_000) {
      let last: ProfileObject | undefined;
      const done = until(
        async () => {
          last = await profile(name);
          return isReady(last) ? last : undefined;
        },
        { what: () => `profile ${name} is ready: ${JSON.stringify(last?.status)}`, timeoutMs, everyMs: 200 },
      );
      return done;
    },
    async connectionFile() {
      const path = join(folder.path, 'security/ipcontroller-client.json');
      await mkdir(join(folder.path, 'security'), { recursive: true });
      await writeFile(path, JSON.stringify(await connection()), { mode: 0o600 });
      return path;
    },
    async [Symbol.asyncDispose]() {
      // What is left after a test that failed ends with the cluster.
      await kubectl.attempt(['delete', 'clusterprofiles', '--all', '--timeout=20s']);
      await kubectl.attempt(['delete', `namespace/${namespace}`, '--wait=false']);
      await folder.remove();
    },
  };
}

/** Shows what happened in the cluster when the test fails. */
export function reportWhenFailed(release: () => Release | undefined): void {
  onTestFailed(async () => {
    const failed = release();
    if (failed !== undefined) console.error(await describeTrouble(failed.kubectl));
  });
}
