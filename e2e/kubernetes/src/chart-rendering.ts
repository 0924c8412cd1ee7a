// The chart as Kubernetes would get it, by `helm template`.
import { join } from 'node:path';
import { find, helmIn } from '@muster/provision';
import { missingPart, runProgram } from '@muster/testkit';
import { parseAllDocuments } from 'yaml';

export const chartFolder = join(import.meta.dirname, '../../../charts/muster');

interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly resources: { readonly requests: Readonly<Record<string, string>>; readonly limits: { memory: string } };
  readonly livenessProbe?: object;
  readonly readinessProbe?: object;
}

export interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly automountServiceAccountToken?: boolean;
  readonly serviceAccountName?: string;
  readonly terminationGracePeriodSeconds: number;
  readonly volumes?: readonly object[];
}

/** An object of Kubernetes, as far as the tests look into it. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  // biome-ignore lint/suspicious/noExplicitAny: every kind has members of its own, and the tests say which they mean.
  readonly [member: string]: any;
}

const helm = await find('helm');

/** Why the tests of the chart are skipped; undefined when they can run. */
export const whyNoHelm = helm.present
  ? undefined
  : missingPart(`${helm.title} (${helm.why})`, 'E2E_PROVISION=1 npm run e2e -- kubernetes');

/** Runs helm to its end. */
export const runHelm = (args: readonly string[]) => runProgram([helmIn(helm.present ? helm.folder : ''), ...args]);

/** The text of a release with these values, by their paths. Rejects with what helm says. */
export async function renderManifests(values: object, release = 'muster', namespace = 'lab'): Promise<string> {
  const set = Object.entries(values).flatMap(([path, value]) => ['--set-json', `${path}=${JSON.stringify(value)}`]);
  const where = [`--namespace=${namespace}`, '--kube-version=1.34'];
  const run = await runHelm(['template', release, chartFolder, ...where, ...set]);
  if (run.code !== 0) throw new Error(run.output);
  return run.stdout;
}

/** The objects of a release with these values. */
export async function renderChart(values: object = {}, release = 'muster'): Promise<readonly Manifest[]> {
  return parseAllDocuments(await renderManifests(values, release))
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null);
}

/** Every pod there is, with the name of what makes it. */
export const podsOf = (manifests: readonly Manifest[]): [name: string, pod: PodSpec][] =>
  manifests.flatMap(({ kind, metadata, spec }): [string, PodSpec][] => {
    if (kind === 'Pod') return [[metadata.name, spec]];
    return ['Deployment', 'StatefulSet', 'Job', 'DaemonSet'].includes(kind)
      ? [[metadata.name, spec.template.spec]]
      : [];
  });

export const containersOf = ({ containers, initContainers = [] }: PodSpec): readonly Container[] => [
  ...initContainers,
  ...containers,
];

export const ofKind = (manifests: readonly Manifest[], kind: string): readonly Manifest[] =>
  manifests.filter((manifest) => manifest.kind === kind);

/** Ways to install it, by paths of values. */
export const valueSets: Readonly<Record<string, object>> = {
  'as it is': {},
  'inside the cluster only': { 'service.type': 'ClusterIP' },
  'a load balancer': { 'service.type': 'LoadBalancer', address: 'muster.example.org' },
  'servers of others': {
    'nats.external': { url: 'tls://n1:4222,tls://n2:4222', user: 'u', passwordSecret: 'p', caSecret: 'ca' },
    'mongodb.external.uriSecret': 'm',
    'key.existingSecret': 'k',
  },
  'servers of others, by a token and a URI': {
    'nats.external': { url: 'nats://n', tokenSecret: 't' },
    'mongodb.external.uri': 'mongodb://u:p@m/',
  },
  'data that is kept': { 'mongodb.persistence': { enabled: true, storageClass: 'fast' }, 'mongodb.auth': false },
  'encrypted, two operators': { 'curve.secret': 'c', 'launcherOperator.replicas': 2, env: { MUSTER_HWM: '0' } },
  'encrypted, both sides apart': { 'curve.secret': 'c', 'curve.strict': true },
  'another name, a narrow network': {
    fullnameOverride: 'a-name-of-forty-characters-which-is-most',
    'networkPolicy.clientsFrom': [{ ipBlock: { cidr: '10.0.0.0/8' } }],
    'networkPolicy.metricsFrom': [{ namespaceSelector: {} }],
    tolerations: [{ operator: 'Exists' }],
    nodeSelector: { disk: 'ssd' },
    imagePullSecrets: ['registry'],
  },
};
