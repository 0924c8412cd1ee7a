// A cluster of containers on one network: the servers, the services with their ports published, and engines, which come by
// these ports like clients.
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Connections } from '@muster/config';
import { buildFixedConnections, channelPorts, defaultBasePort } from '@muster/config';
import { imageNames } from '@muster/kubernetes-e2e/images';
import { freePorts, temporaryFolder } from '@muster/testkit';
import type { StartedNetwork } from 'testcontainers';
import { getContainerRuntimeClient, Network, Wait } from 'testcontainers';
import type { Container, ContainerSettings } from './container.ts';
import { startContainer } from './container.ts';
import type { Docker } from './docker.ts';
import { removeImages } from './images.ts';

const serviceNames = ['hub', 'task-scheduler', 'relay', 'heartmonitor'] as const;
type ServiceName = (typeof serviceNames)[number];

export interface ContainerCluster {
  readonly connections: Connections;
  /** Path of the clients' connection file. */
  readonly clientFile: string;
  readonly services: Readonly<Record<ServiceName, Container>>;
  /** Of all containers. */
  readonly all: ReadonlyMap<string, Container>;
  /** Removes the containers, their network and, where the daemon is not ours, the images. */
  remove(): Promise<void>;
  /** What the daemon still has of it, as lines for people. */
  left(): Promise<string[]>;
}

const httpPort = 8080;

async function gatewayOf(network: StartedNetwork): Promise<string> {
  const { network: client } = await getContainerRuntimeClient();
  const { IPAM } = await client.getById(network.getId()).inspect();
  const gateway: string | undefined = IPAM?.Config?.[0]?.Gateway;
  if (gateway === undefined) throw new Error('the network of the containers has no gateway');
  return gateway;
}

function serviceSettings(name: ServiceName, basePort: number, key: string): ContainerSettings {
  const ports = channelPorts.flatMap(({ service }, offset) => (service === name ? [basePort + offset] : []));
  return {
    image: imageNames.services,
    name,
    command: ['service', name],
    env: {
      MUSTER_KEY: key,
      MUSTER_NATS: 'nats://nats:4222',
      MUSTER_MONGODB: 'mongodb://mongodb:27017/',
      MUSTER_IP: '0.0.0.0',
      MUSTER_BASE_PORT: String(basePort),
      MUSTER_HTTP: `0.0.0.0:${httpPort}`,
    },
    ports,
    httpPort,
    ready: Wait.forHttp('/readyz', httpPort),
  };
}

const listening = Wait.forListeningPorts();
const servers: readonly ContainerSettings[] = [
  { image: imageNames.nats, name: 'nats', httpPort: 4222, ready: listening },
  { image: imageNames.mongodb, name: 'mongodb', httpPort: 27017, ready: listening },
];

const engines = (connection: string): readonly ContainerSettings[] => [
  {
    image: imageNames.engineNode,
    name: 'engine-node',
    env: { IPP_CONNECTION_INFO: connection },
    ready: listening,
  },
  {
    image: imageNames.enginePython,
    name: 'engine-python',
    env: { IPP_CONNECTION_INFO: connection },
    ready: listening,
  },
];

export async function startCluster(docker: Docker): Promise<ContainerCluster> {
  const network = await new Network().start();
  const all = new Map<string, Container>();
  const start = async (settings: ContainerSettings): Promise<Container> => {
    const container = await startContainer(network, settings);
    all.set(settings.name, container);
    return container;
  };
  const folder = await temporaryFolder('connection');
  async function remove(): Promise<void> {
    await Promise.all([...all.values()].map((container) => container.remove()));
    await network.stop();
    await folder.remove();
    if (docker.own === undefined) await removeImages();
  }
  // In a room of its own all ports are free.
  const basePort = docker.own === undefined ? await freePorts(channelPorts.length) : defaultBasePort;
  const address = docker.address ?? (await gatewayOf(network));
  const key = randomBytes(32).toString('hex');
  const connections = buildFixedConnections({ basePort, address, key, curveServerKeys: null });
  const clientFile = join(folder.path, 'security/ipcontroller-client.json');
  await mkdir(join(folder.path, 'security'));
  await writeFile(clientFile, JSON.stringify(connections.client), { mode: 0o600 });
  const settings = serviceNames.map((name) => serviceSettings(name, basePort, key));
  const starting = [...servers, ...settings, ...engines(JSON.stringify(connections.engine))].map(start);
  const failed = (await Promise.allSettled(starting)).find((each) => each.status === 'rejected');
  if (failed !== undefined) {
    await remove();
    throw failed.reason;
  }
  const services = Object.fromEntries(serviceNames.map((name) => [name, all.get(name)!]));
  return {
    connections,
    clientFile,
    services: services as ContainerCluster['services'],
    all,
    remove,
    left: () => whatIsLeft(network, all),
  };
}

async function whatIsLeft(network: StartedNetwork, all: ContainerCluster['all']): Promise<string[]> {
  const { container: client } = await getContainerRuntimeClient();
  const ids = new Set([...all.values()].map(({ id }) => id));
  const containers = await client.dockerode.listContainers({ all: true });
  const networks = await client.dockerode.listNetworks();
  return [
    ...containers.filter(({ Id }) => ids.has(Id)).map(({ Names }) => `container ${Names}`),
    ...networks.filter(({ Id }) => Id === network.getId()).map(({ Name }) => `network ${Name}`),
  ];
}
