// A cluster of services that run apart, with the servers that they need and engines of both kinds.
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Client } from '@muster/client';
import { connect } from '@muster/client';
import type { Connections } from '@muster/config';
import { buildFixedConnections, channelPorts } from '@muster/config';
import type { NatsServer, OwnMongo, Program } from '@muster/testkit';
import { freePorts, startMongoWire, startNatsServer, startProgram, temporaryFolder } from '@muster/testkit';
import { generateCurvePair } from '@muster/transport';
import { mongoProgram, natsProgram, python } from './parts.ts';
import type { Environment, ServiceName, ServiceProcess } from './service-process.ts';
import { createServiceProcess, serviceNames } from './service-process.ts';

export interface ServicesCluster extends AsyncDisposable {
  readonly folder: string;
  /** Of programs of this cluster: a home of its own, and where its servers are. */
  readonly env: Environment;
  readonly basePort: number;
  readonly connections: Connections;
  /** Path of the clients' connection file, which the launcher-operator writes. */
  readonly clientFile: string;
  readonly nats: NatsServer;
  readonly mongo: OwnMongo;
  readonly services: Readonly<Record<ServiceName, ServiceProcess>>;
  /** Starts all services and waits until they are ready. */
  start(): Promise<void>;
  /** Says that there shall be so many Node engines, launched by the operator. */
  apply(engines: number): Promise<void>;
  /** Starts a stock Python engine whose uuid is this, without waiting. */
  startPythonEngine(uuid: string): Promise<Program>;
  connect(): Promise<Client>;
}

export interface ClusterOptions {
  /** More options of every service. */
  readonly args?: readonly string[];
  readonly env?: Environment;
  /** Encrypts by CurveZMQ; strict: with a key for each side. */
  readonly curve?: 'shared' | 'strict';
}

/** The servers run, the services do not yet. */
export async function createCluster({
  args = [],
  env: more = {},
  curve,
}: ClusterOptions = {}): Promise<ServicesCluster> {
  const folder = await temporaryFolder('services');
  const [basePort, nats, mongo] = await Promise.all([
    freePorts(channelPorts.length),
    natsProgram().then((program) => startNatsServer(program)),
    mongoProgram().then((program) => startMongoWire(program, { file: join(folder.path, 'records') })),
  ]);
  const key = randomBytes(32).toString('hex');
  const env: Environment = {
    HOME: folder.path,
    IPYTHONDIR: join(folder.path, 'ipython'),
    TMPDIR: folder.path,
    PYTHONDONTWRITEBYTECODE: '1',
    MUSTER_KEY: key,
    MUSTER_NATS: nats.address,
    MUSTER_MONGODB: mongo.url,
    MUSTER_BASE_PORT: String(basePort),
    MUSTER_PING: '250',
    MUSTER_LINGER: '0.5',
    ...more,
  };
  await mkdir(env.IPYTHONDIR!);
  const { secrets, curveServerKeys } = chooseKeys(curve);
  const connections = buildFixedConnections({ basePort, address: '127.0.0.1', key, curveServerKeys });
  const profiles = join(folder.path, 'profiles');
  await mkdir(profiles);
  const operatorArgs = [`--profiles=${profiles}`, `--connection-dir=${folder.path}`, '--resync=1', '--poll=0.2'];
  const services = Object.fromEntries(
    serviceNames.map((name) => {
      const own = name === 'launcher-operator' ? operatorArgs : [];
      return [name, createServiceProcess(name, [...own, ...args], { ...env, ...secrets })];
    }),
  ) as ServicesCluster['services'];
  const engines: Program[] = [];
  return {
    folder: folder.path,
    env,
    basePort,
    connections,
    clientFile: join(folder.path, 'ipcontroller-client.json'),
    nats,
    mongo,
    services,
    async start() {
      await Promise.all(Object.values(services).map((service) => service.start()));
      await Promise.all(Object.values(services).map((service) => service.ready()));
    },
    apply: (engines) => writeFile(join(profiles, 'nodes.json'), JSON.stringify(profileOf(engines))),
    async startPythonEngine(uuid) {
      const program = await python();
      const own = {
        ...env,
        IPP_CONNECTION_INFO: JSON.stringify(connections.engine),
        PATH: `${dirname(program)}:${process.env.PATH}`,
      };
      const engine = await startProgram([program, '-m', 'ipyparallel.engine', `--Session.session=${uuid}`], {
        env: own,
      });
      engines.push(engine);
      return engine;
    },
    connect: () => connect({ connection: connections.client, timeoutMs: 20_000 }),
    async [Symbol.asyncDispose]() {
      await Promise.all(engines.map((engine) => engine.stop()));
      await Promise.all(Object.values(services).map((service) => service.clear()));
      await Promise.all([nats[Symbol.asyncDispose](), mongo.stop({ signal: 'SIGKILL' })]);
      await folder.remove();
    },
  };
}

function chooseKeys(curve: ClusterOptions['curve']) {
  if (curve === undefined) return { secrets: {}, curveServerKeys: null };
  const engine = generateCurvePair();
  const client = curve === 'strict' ? generateCurvePair() : engine;
  const strict = curve === 'strict' && { MUSTER_CURVE_STRICT: '1', MUSTER_CURVE_CLIENT_SECRETKEY: client.secretKey };
  return {
    secrets: { IPP_ENABLE_CURVE: '1', IPP_CURVE_SECRETKEY: engine.secretKey, ...strict },
    curveServerKeys: { engine: engine.publicKey, client: client.publicKey },
  };
}

const profileOf = (engines: number) => ({
  apiVersion: 'muster.dev/v1alpha1',
  kind: 'ClusterProfile',
  metadata: { name: 'nodes' },
  spec: { engines, engine: { kernel: 'node' }, launcher: { local: {} } },
});

/** Two Node engines of a profile and two stock Python engines; resolves when a client sees them. */
export async function startFourEngines(cluster: ServicesCluster, client: Client): Promise<void> {
  await Promise.all([cluster.apply(2), cluster.startPythonEngine('python-0'), cluster.startPythonEngine('python-1')]);
  await client.waitForEngines(4, { timeoutMs: 60_000 });
}
