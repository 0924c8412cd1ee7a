// The values of the Helm chart, one entry each. values.yaml, values.schema.json and the list in the chart's README are
// written from this table by `npm run generate`, and compared with it in a test.
import { transportNames } from '@muster/transport/names';

/** A JSON Schema of one value, without description and default. */
type Shape = Readonly<Record<string, unknown>>;

export interface ChartValue {
  /** Path in values.yaml: `nats.external.url`. */
  readonly path: string;
  readonly default: unknown;
  readonly shape: Shape;
  /** One or two sentences. */
  readonly description: string;
}

const text: Shape = { type: 'string' };
const image: Shape = { type: 'string', minLength: 1, pattern: '^[^\\s]+$' };
const flag: Shape = { type: 'boolean' };
const texts: Shape = { type: 'array', items: { type: 'string', minLength: 1 } };
const textMap: Shape = { type: 'object', additionalProperties: { type: 'string' } };
const objects: Shape = { type: 'array', items: { type: 'object' } };
/** A name that Kubernetes takes, or nothing. */
const name: Shape = { type: 'string', pattern: '^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$', maxLength: 253 };
const port: Shape = { type: 'integer', minimum: 1, maximum: 65_535 };
const quantity: Shape = { type: ['string', 'number'] };
const quantities: Shape = { type: 'object', additionalProperties: quantity };
const resources: Shape = {
  type: 'object',
  additionalProperties: false,
  properties: { requests: quantities, limits: quantities },
};
/** Memory is limited, processors are not: a throttled scheduler makes everybody wait. */
const room = (cpu: string, memory: string, limit: string): unknown => ({
  requests: { cpu, memory },
  limits: { memory: limit },
});

const general: readonly ChartValue[] = [
  {
    path: 'fullnameOverride',
    default: '',
    shape: { ...name, maxLength: 40 },
    description:
      'Name of everything that is installed. Empty: the name of the release, with "muster" behind it when it is not in it.',
  },
  {
    path: 'clusterId',
    default: '',
    shape: { type: 'string', pattern: '^[A-Za-z0-9_-]*$', maxLength: 100 },
    description:
      'Tells clusters that share a NATS or MongoDB server apart. Empty: the namespace and the name, joined by "-".',
  },
  {
    path: 'address',
    default: '',
    shape: { type: 'string', pattern: '^[A-Za-z0-9.:_-]*$' },
    description:
      'Host name or IP address by which engines and clients reach the services, in the connection files. Empty: the IP of the node that runs the launcher-operator (NodePort), or the name of the Service (ClusterIP).',
  },
  {
    path: 'basePort',
    default: 30_201,
    shape: { type: 'integer', minimum: 1024, maximum: 65_522 },
    description:
      'First of the 15 ports in a row that clients and engines use. With NodePort all must lie within those of the nodes (30000 to 32767 if not configured otherwise).',
  },
  {
    path: 'lingerSeconds',
    default: 3,
    shape: { type: 'integer', minimum: 0, maximum: 60 },
    description:
      'How long a service that ends stays with closed ports. Without it, peers hang for minutes on the address of a pod that is gone.',
  },
  {
    path: 'logLevel',
    default: 'info',
    shape: { type: 'string', enum: ['debug', 'info', 'warn', 'error', 'silent'] },
    description: 'Least level that the services log.',
  },
  {
    path: 'transport',
    default: '',
    shape: { type: 'string', enum: ['', ...transportNames] },
    description: `What carries messages: ${transportNames.join(' or ')}. Empty: ${transportNames[0]}. With \`curve.secret\` it is zeromq.`,
  },
  {
    path: 'env',
    default: {},
    shape: { ...textMap, propertyNames: { pattern: '^MUSTER_[A-Z_]+$' } },
    description:
      'Further settings, by their environment variables (`MUSTER_HWM: "0"`): `muster service task-scheduler --help-all` and those of the other services name them.',
  },
];

const images: readonly ChartValue[] = [
  {
    path: 'images.services',
    default: 'muster/services:0.1.0',
    shape: image,
    description: 'Image of the five services.',
  },
  {
    path: 'images.engineNode',
    default: 'muster/engine-node:0.1.0',
    shape: image,
    description: 'Image of engine pods with `kernel: node`, where a profile names none.',
  },
  {
    path: 'images.enginePython',
    default: 'muster/engine-python:0.1.0',
    shape: image,
    description:
      'Image of engine pods with `kernel: python`, where a profile names none; `helm test` computes with it.',
  },
  { path: 'images.nats', default: 'nats:2.12-alpine', shape: image, description: 'Image of the bundled NATS server.' },
  { path: 'images.mongodb', default: 'mongo:8.0', shape: image, description: 'Image of the bundled MongoDB server.' },
  {
    path: 'imagePullPolicy',
    default: 'IfNotPresent',
    shape: { type: 'string', enum: ['Always', 'IfNotPresent', 'Never'] },
    description: 'When images are pulled.',
  },
  {
    path: 'imagePullSecrets',
    default: [],
    shape: texts,
    description: 'Names of Secrets with the credentials of a registry.',
  },
];

const service: readonly ChartValue[] = [
  {
    path: 'service.type',
    default: 'NodePort',
    shape: { type: 'string', enum: ['NodePort', 'ClusterIP', 'LoadBalancer'] },
    description:
      'How the one address is published. ClusterIP: inside the cluster only, and by `muster connect` from outside. LoadBalancer: set `address`, too.',
  },
  {
    path: 'service.externalTrafficPolicy',
    default: 'Cluster',
    shape: { type: 'string', enum: ['Cluster', 'Local'] },
    description: 'Local keeps the addresses of clients, but answers only on nodes that run the service asked for.',
  },
  { path: 'service.annotations', default: {}, shape: textMap, description: 'Annotations of the Service.' },
];

const secrets: readonly ChartValue[] = [
  {
    path: 'key.existingSecret',
    default: '',
    shape: name,
    description:
      'Secret with the session key that signs every message, under `key`. Empty: a key is made at the first install and kept.',
  },
  {
    path: 'curve.secret',
    default: '',
    shape: name,
    description:
      'Secret with a CurveZMQ secret key, 40 characters, under `secretkey`: then everything between services, engines and clients is encrypted. Empty: messages are signed only.',
  },
  {
    path: 'curve.strict',
    default: false,
    shape: { type: 'boolean' },
    description:
      "Two keys, so that an engine's connection file does not open the clients' ports: `curve.secret` then holds a second secret key, for the clients' side, under `client-secretkey`.",
  },
];

const nats: readonly ChartValue[] = [
  {
    path: 'nats.external.url',
    default: '',
    shape: { type: 'string', pattern: '^((nats|tls)://[^\\s,@]+(,(nats|tls)://[^\\s,@]+)*)?$' },
    description: 'NATS servers to use (`nats://HOST:4222`, several with commas between). Empty: one is installed.',
  },
  { path: 'nats.external.user', default: '', shape: text, description: 'User at these servers.' },
  {
    path: 'nats.external.passwordSecret',
    default: '',
    shape: name,
    description: 'Secret with the password of that user, under `password`.',
  },
  {
    path: 'nats.external.tokenSecret',
    default: '',
    shape: name,
    description: 'Secret with a token, under `token`, in place of user and password.',
  },
  {
    path: 'nats.external.caSecret',
    default: '',
    shape: name,
    description: 'Secret with the certificate of the authority that the servers are checked by, under `ca.crt`.',
  },
  {
    path: 'nats.external.ports',
    default: [4222],
    shape: { type: 'array', items: port, minItems: 1 },
    description: 'Ports of these servers, for the network policies.',
  },
  {
    path: 'nats.resources',
    default: room('50m', '32Mi', '256Mi'),
    shape: resources,
    description: 'Resources of the bundled NATS server.',
  },
];

const mongodb: readonly ChartValue[] = [
  {
    path: 'mongodb.external.uri',
    default: '',
    shape: { type: 'string', pattern: '^(mongodb(\\+srv)?://[^\\s]+)?$' },
    description:
      'MongoDB server to use (`mongodb://…`); it is kept as a Secret. Without this and `uriSecret` one is installed.',
  },
  {
    path: 'mongodb.external.uriSecret',
    default: '',
    shape: name,
    description: 'Secret with that URI, under `uri`: better when a password is in it.',
  },
  {
    path: 'mongodb.external.ports',
    default: [27017],
    shape: { type: 'array', items: port, minItems: 1 },
    description: 'Ports of that server, for the network policies.',
  },
  {
    path: 'mongodb.database',
    default: '',
    shape: { type: 'string', pattern: '^[A-Za-z0-9_-]*$', maxLength: 60 },
    description: 'Database of the records of tasks. Empty: the cluster id.',
  },
  {
    path: 'mongodb.auth',
    default: true,
    shape: flag,
    description:
      'The bundled server asks for a user and password, which are made at the first install and kept. It sets them when its data is new.',
  },
  {
    path: 'mongodb.args',
    default: ['--bind_ip_all', '--wiredTigerCacheSizeGB', '0.25'],
    shape: texts,
    description: 'Arguments of the bundled server.',
  },
  {
    path: 'mongodb.persistence.enabled',
    default: false,
    shape: flag,
    description: 'Keep the data of the bundled server on a volume. Else it ends with its pod: fit for a trial.',
  },
  { path: 'mongodb.persistence.size', default: '8Gi', shape: text, description: 'Size of that volume.' },
  {
    path: 'mongodb.persistence.storageClass',
    default: '',
    shape: name,
    description: "Storage class of that volume. Empty: the cluster's default.",
  },
  {
    path: 'mongodb.resources',
    default: room('100m', '256Mi', '1Gi'),
    shape: resources,
    description: 'Resources of the bundled MongoDB server.',
  },
];

const services: readonly ChartValue[] = [
  {
    path: 'hub.resources',
    default: room('50m', '96Mi', '1Gi'),
    shape: resources,
    description: 'Resources of the hub.',
  },
  {
    path: 'taskScheduler.resources',
    default: room('100m', '96Mi', '1Gi'),
    shape: resources,
    description: 'Resources of the task-scheduler.',
  },
  {
    path: 'heartmonitor.resources',
    default: room('20m', '80Mi', '256Mi'),
    shape: resources,
    description: 'Resources of the heartmonitor.',
  },
  {
    path: 'relay.resources',
    default: room('100m', '96Mi', '1Gi'),
    shape: resources,
    description: 'Resources of the relay.',
  },
  {
    path: 'launcherOperator.resources',
    default: room('50m', '96Mi', '512Mi'),
    shape: resources,
    description: 'Resources of the launcher-operator. Engines of `local` profiles run in its pod and count.',
  },
  {
    path: 'launcherOperator.replicas',
    default: 1,
    shape: { type: 'integer', minimum: 1, maximum: 2 },
    description: 'With 2, one waits until the other is gone.',
  },
  {
    path: 'launcherOperator.keySecrets',
    default: ['muster-ssh'],
    shape: { type: 'array', items: { ...name, minLength: 1 } },
    description: 'Secrets that profiles may name as `keySecret`: the launcher-operator can read these and no others.',
  },
];

const placement: readonly ChartValue[] = [
  {
    path: 'runAsUser',
    default: 1000,
    shape: { type: 'integer', minimum: 0 },
    description: 'User and group of every container, never root. 0: left to the cluster (OpenShift).',
  },
  {
    path: 'nodeSelector',
    default: {},
    shape: textMap,
    description: 'Labels of the nodes for the pods of this release.',
  },
  { path: 'tolerations', default: [], shape: objects, description: 'Tolerations of the pods of this release.' },
];

const policies: readonly ChartValue[] = [
  {
    path: 'networkPolicy.enabled',
    default: true,
    shape: flag,
    description: 'Close every pod of the release but for the flows that it needs; engine pods take no connections.',
  },
  {
    path: 'networkPolicy.clientsFrom',
    default: [],
    shape: objects,
    description:
      'Peers of a NetworkPolicy (`- ipBlock: {cidr: 10.0.0.0/8}`) that may connect to the ports of clients and engines. Empty: all; messages are signed.',
  },
  {
    path: 'networkPolicy.metricsFrom',
    default: [],
    shape: objects,
    description: 'Peers that may read /metrics on port 8080.',
  },
  {
    path: 'networkPolicy.operatorPorts',
    default: [443, 6443, 22],
    shape: { type: 'array', items: port, minItems: 1 },
    description:
      'Ports that the launcher-operator may connect to: the API server, and SSH of the machines in profiles.',
  },
];

const test: readonly ChartValue[] = [
  {
    path: 'test.engines',
    default: 0,
    shape: { type: 'integer', minimum: 0, maximum: 10_000 },
    description:
      '`helm test` waits for so many engines and computes on each. 0: it asks the hub, and takes those there are.',
  },
  {
    path: 'test.timeoutSeconds',
    default: 120,
    shape: { type: 'integer', minimum: 1, maximum: 3600 },
    description: 'How long `helm test` waits.',
  },
];

export const chartValues: readonly ChartValue[] = [
  ...general,
  ...images,
  ...service,
  ...secrets,
  ...nats,
  ...mongodb,
  ...services,
  ...placement,
  ...policies,
  ...test,
];
