// One container of ours: not root, without any right, nothing to write to but /tmp.
import { until } from '@muster/testkit';
import type { StartedNetwork, StartedTestContainer, WaitStrategy } from 'testcontainers';
import { GenericContainer, getContainerRuntimeClient } from 'testcontainers';

export interface ContainerSettings {
  readonly image: string;
  /** Name in the network. */
  readonly name: string;
  readonly command?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Published under the same numbers. */
  readonly ports?: readonly number[];
  /** Published under any number. */
  readonly httpPort?: number;
  readonly ready: WaitStrategy;
}

export interface Stopped {
  readonly exitCode: number;
  /** Until its process had ended; the daemon tidies up for a moment more. */
  readonly milliseconds: number;
}

export interface Container {
  readonly id: string;
  /** What a shell in it says, and how that ended. */
  sh(script: string): Promise<{ readonly output: string; readonly exitCode: number }>;
  /** As a crash. */
  kill(): Promise<void>;
  /** Starts it again, under the same ports, without waiting. */
  start(): Promise<void>;
  /** As `docker stop`, which kills after 20 s. */
  stop(): Promise<Stopped>;
  /** Waits until its /readyz says so. */
  ready(): Promise<unknown>;
  /** What it has said. */
  log(): Promise<string>;
  remove(): Promise<void>;
}

class HardenedContainer extends GenericContainer {
  constructor(image: string) {
    super(image);
    this.hostConfig.ReadonlyRootfs = true;
    this.withTmpFs({ '/tmp': 'rw' }).withDroppedCapabilities('ALL').withSecurityOpt('no-new-privileges');
  }
}

/** Starts it and waits until it is ready. Rejects with what it said. */
export async function startContainer(network: StartedNetwork, settings: ContainerSettings): Promise<Container> {
  const { image, name, command = [], env = {}, ports = [], httpPort, ready } = settings;
  const said: string[] = [];
  const wanted = new HardenedContainer(image)
    .withNetwork(network)
    .withNetworkAliases(name)
    .withEnvironment({ ...env })
    .withExposedPorts(...ports.map((port) => ({ container: port, host: port })), ...(httpPort ? [httpPort] : []))
    .withLogConsumer((stream) => stream.on('data', (line) => said.push(String(line))))
    .withStartupTimeout(startupMs)
    .withWaitStrategy(ready);
  if (command.length > 0) wanted.withCommand([...command]);
  const started = await wanted.start().catch((error: Error) => {
    throw new Error(`${name} did not start: ${error.message}\n${said.join('\n')}`, { cause: error });
  });
  return containerOf(started, name, httpPort);
}

const startupMs = 90_000;

/** Each piece of a log has its stream in 4 bytes before it, and its length in 4 more. */
function textOf(log: Buffer): string {
  let text = '';
  for (let at = 0; at + 8 <= log.length; ) {
    const end = at + 8 + log.readUInt32BE(at + 4);
    text += log.toString('utf8', at + 8, end);
    at = end;
  }
  return text;
}

async function containerOf(
  started: StartedTestContainer,
  name: string,
  httpPort: number | undefined,
): Promise<Container> {
  const { container: client } = await getContainerRuntimeClient();
  const raw = client.getById(started.getId());
  const log = async (): Promise<string> => textOf(await raw.logs({ stdout: true, stderr: true, tail: 100 }));
  async function isReady(): Promise<boolean> {
    const { NetworkSettings } = await raw.inspect();
    const port = NetworkSettings.Ports[`${httpPort}/tcp`]?.[0]?.HostPort;
    const url = `http://${started.getHost()}:${port}/readyz`;
    return port !== undefined && (await fetch(url, { signal: AbortSignal.timeout(5000) })).ok;
  }
  return {
    id: started.getId(),
    sh: (script) => started.exec(['sh', '-c', script]),
    log,
    async kill() {
      await raw.kill({ signal: 'SIGKILL' });
      await raw.wait();
    },
    start: () => raw.start(),
    async stop() {
      const begin = Date.now();
      await raw.stop({ t: 20 });
      const { State } = await raw.inspect();
      return { exitCode: State.ExitCode, milliseconds: Date.parse(State.FinishedAt) - begin };
    },
    ready: () => until(isReady, { what: `${name} is ready`, timeoutMs: startupMs, everyMs: 100 }),
    remove: () => raw.remove({ force: true, v: true }),
  };
}
