// One world: the real services of the controller on simulated time and network, with model engines and clients around them.
import type { Controller } from '@muster/controller/composition';
import { startController } from '@muster/controller/composition';
import type { Ports, Random, VirtualTime } from '@muster/machine';
import { createVirtualPorts, createVirtualTime, seededRandom } from '@muster/machine';
import { createHmacSigner } from '@muster/transport';
import type { ModelClient } from './model-client.ts';
import { createModelClient } from './model-client.ts';
import type { ModelEngine } from './model-engine.ts';
import { createModelEngine } from './model-engine.ts';
import type { SimulatedNetwork } from './network.ts';
import { createSimulatedNetwork } from './network.ts';
import type { WorldSettings } from './settings.ts';
import { drawSettings } from './settings.ts';
import { createStore } from './stores.ts';
import type { Story } from './story.ts';
import { createStory } from './story.ts';
import { createStoryLogger } from './story-log.ts';
import type { Sabotage } from './tap.ts';
import { tapTransport } from './tap.ts';
import type { Truth } from './truth.ts';
import { createTruth } from './truth.ts';
import { createWitness } from './witness.ts';

export interface WorldOptions {
  readonly seed: number;
  /** Each line of the story as it is told. */
  readonly show?: (line: string) => void;
  readonly sabotage?: Sabotage;
}

export interface World {
  readonly settings: WorldSettings;
  readonly time: VirtualTime;
  readonly random: Random;
  readonly ports: Ports;
  readonly truth: Truth;
  readonly story: Story;
  readonly network: SimulatedNetwork;
  readonly controller: Controller;
  /** All that were ever started. */
  readonly engines: ModelEngine[];
  readonly clients: ModelClient[];
  /** What the hub has saved last (§7.5). */
  engineState(): string;
  /** Nothing fails any more. */
  healed: boolean;
  startEngine(kernel?: string): ModelEngine;
  startClient(): ModelClient;
  /** Lets time pass. */
  run(us: number): Promise<void>;
  /** Lets time pass until the work is done; false when it is not within `limitUs`. */
  runUntil(done: () => boolean, limitUs: number): Promise<boolean>;
}

const key = 'simulated';
const seedSpacing = 0x9e3779b1;

export async function createWorld({ seed, show, sabotage }: WorldOptions): Promise<World> {
  let streams = 0;
  /** Each part has its own stream of random numbers: what one draws does not change what others get. */
  const stream = (): number => Math.imul(seed, seedSpacing) + streams++ * 7919;
  const random = seededRandom(stream());
  const settings = drawSettings(random);
  const time = createVirtualTime();
  const ports = createVirtualPorts(time, stream());
  const truth = createTruth(() => time.nowUs);
  const story = createStory(() => time.nowUs, show);
  const onError = (error: Error): void => void truth.broken.push(`a receiver has thrown: ${error.stack}`);
  const network = createSimulatedNetwork({
    time,
    random: seededRandom(stream()),
    slowestUs: settings.slowestUs,
    onError,
  });
  const witness = createWitness({ truth, story, hwm: settings.hwm });
  let engineState = '';
  const controller = await startController({
    ...{ ports, plan: {}, curve: undefined, maxMessageBytes: 2 ** 20, onShutdownRequested() {} },
    transport: tapTransport(network.transport, witness, sabotage),
    log: createStoryLogger(story, truth, 'controller'),
    store: createStore(settings.store, time, seededRandom(stream())),
    addresses: { client: '127.0.0.1', engine: '127.0.0.1' },
    facts: { key, location: 'here', ssh: { client: '', engine: '' } },
    heartbeat: settings.heartbeat,
    resultMaxAgeMs: 0,
    registrationTimeoutMs: settings.registrationTimeoutMs,
    scheduler: { schemeName: settings.schemeName, hwm: settings.hwm },
    engineState: {
      write(text) {
        engineState = text;
      },
    },
  });
  story.tell('world', 'starts', { seed, ...settings });
  const shared = { transport: network.transport, signer: createHmacSigner(key), time, truth, story };
  const { client: clientFile, engine: engineFile } = controller.connections;

  async function run(us: number): Promise<void> {
    if (settings.store !== 'slow') return time.advance(us);
    // Promises of the store need turns of their own.
    const endUs = time.nowUs + us;
    while (time.nowUs < endUs) {
      time.advance(Math.min(sliceUs, endUs - time.nowUs));
      await new Promise(setImmediate);
    }
  }
  const world: World = {
    ...{ settings, time, random, ports, truth, story, network, controller, run },
    engines: [],
    clients: [],
    engineState: () => engineState,
    healed: false,
    startEngine(kernel = 'node') {
      const uuid = `engine-${world.engines.length}`;
      story.tell('engine', 'starts', { uuid, kernel });
      const isHealed = (): boolean => world.healed;
      const engine = createModelEngine({
        ...{ ...shared, uuid, kernel, isHealed },
        connection: engineFile,
        random: seededRandom(stream()),
      });
      world.engines.push(engine);
      return engine;
    },
    startClient() {
      const session = `client-${world.clients.length}`;
      story.tell('client', 'starts', { session });
      const settleUs = 3 * network.slowestUs;
      const client = createModelClient({ ...shared, session, connection: clientFile, settleUs });
      world.clients.push(client);
      return client;
    },
    async runUntil(done, limitUs) {
      const endUs = time.nowUs + limitUs;
      while (!done()) {
        if (time.nowUs >= endUs) return false;
        await run(quietStepUs);
      }
      return true;
    },
  };
  return world;
}

const sliceUs = 5000;
const quietStepUs = 50_000;
