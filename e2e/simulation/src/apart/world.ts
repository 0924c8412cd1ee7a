// A world in which each service is a process of its own: killed, stopped and started again while engines and clients work.
import { buildFixedConnections } from '@muster/config';
import type { Random, VirtualTime } from '@muster/machine';
import { seededRandom } from '@muster/machine';
import type { EngineRegistry, StoredEngine, TaskStore } from '@muster/task-store';
import { createMemoryTaskStore } from '@muster/task-store';
import type { Logger } from '@muster/telemetry';
import { createHmacSigner } from '@muster/transport';
import type { ModelClient } from '../model-client.ts';
import { createModelClient } from '../model-client.ts';
import type { ModelEngine } from '../model-engine.ts';
import { createModelEngine } from '../model-engine.ts';
import type { SimulatedNetwork } from '../network.ts';
import { createSimulatedNetwork } from '../network.ts';
import type { WorldSettings } from '../settings.ts';
import { drawSettings } from '../settings.ts';
import { slowStore } from '../stores.ts';
import type { Story } from '../story.ts';
import { createStory } from '../story.ts';
import { createStoryLogger } from '../story-log.ts';
import type { Truth } from '../truth.ts';
import { createTruth } from '../truth.ts';
import type { SimulatedBus } from './bus.ts';
import { createSimulatedBus } from './bus.ts';
import type { Process } from './process.ts';
import { basePort, createProcess, serviceNames } from './process.ts';
import { createWholeProcess } from './whole.ts';

export interface ApartWorld {
  readonly settings: WorldSettings;
  /** All services are one process. */
  readonly whole: boolean;
  /** Any services may be away at the same time; else none goes while the hub is away. */
  readonly doubles: boolean;
  readonly time: VirtualTime;
  readonly random: Random;
  readonly truth: Truth;
  readonly story: Story;
  readonly network: SimulatedNetwork;
  readonly bus: SimulatedBus;
  /** One for each service, or one for all of them. */
  readonly processes: readonly Process[];
  readonly engines: ModelEngine[];
  readonly clients: ModelClient[];
  healed: boolean;
  startEngine(kernel?: string): ModelEngine;
  startClient(): ModelClient;
  run(us: number): Promise<void>;
  runUntil(done: () => boolean, limitUs: number): Promise<boolean>;
}

const key = 'simulated';
const seedSpacing = 0x9e3779b1;

export interface ApartWorldOptions {
  readonly seed: number;
  readonly time: VirtualTime;
  readonly show?: ((line: string) => void) | undefined;
  readonly forgetful: boolean;
  /** All services are one process. */
  readonly whole: boolean;
}

export async function createApartWorld({ seed, time, show, forgetful, whole }: ApartWorldOptions): Promise<ApartWorld> {
  let streams = 0;
  const stream = (): number => Math.imul(seed, seedSpacing) + streams++ * 7919;
  const random = seededRandom(stream());
  const drawn = drawSettings(random);
  const settings: WorldSettings = { ...drawn, store: random() < 0.5 ? 'memory' : 'slow' };
  const doubles = random() < 0.4 || whole;
  const truth = createTruth(() => time.nowUs);
  const story = createStory(() => time.nowUs, show);
  const { slowestUs } = settings;
  const onError = (error: Error): void => void truth.broken.push(`a receiver has thrown: ${error.stack}`);
  const network = createSimulatedNetwork({ time, random: seededRandom(stream()), slowestUs, onError });
  const bus = createSimulatedBus(time, seededRandom(stream()), slowestUs);
  const memory = withEngines(createMemoryTaskStore());
  const signer = createHmacSigner(key);
  const store = settings.store === 'slow' ? slowStore(memory, time, seededRandom(stream()), slowestWriteUs) : memory;
  const shared = { time, bus, transport: network.transport, store, signer, settings, stream, forgetful };
  const logOf = (name: string): Logger => createStoryLogger(story, truth, name);
  const engineState = { text: undefined };
  const processes = whole
    ? [createWholeProcess({ ...shared, key, engineState, random: seededRandom(stream()), log: logOf('controller') })]
    : serviceNames.map((name) => createProcess(name, { ...shared, random: seededRandom(stream()), log: logOf(name) }));
  const connections = buildFixedConnections({ basePort, address: '127.0.0.1', key, curveServerKeys: null });
  story.tell('world', 'starts apart', { seed, whole, doubles, ...settings });

  /** Promises need turns of their own. */
  async function run(us: number): Promise<void> {
    const endUs = time.nowUs + us;
    while (time.nowUs < endUs) {
      time.advance(Math.min(sliceUs, endUs - time.nowUs));
      await new Promise(setImmediate);
    }
  }
  const peers = { transport: network.transport, signer, time, truth, story };
  const world: ApartWorld = {
    ...{ settings, whole, doubles, time, random, truth, story, network, bus, processes, run },
    engines: [],
    clients: [],
    healed: false,
    startEngine(kernel = 'node') {
      const uuid = `engine-${world.engines.length}`;
      story.tell('engine', 'starts', { uuid, kernel });
      const engine = createModelEngine({
        ...{ ...peers, uuid, kernel, isHealed: () => world.healed },
        connection: connections.engine,
        random: seededRandom(stream()),
      });
      world.engines.push(engine);
      return engine;
    },
    startClient() {
      const session = `client-${world.clients.length}`;
      story.tell('client', 'starts', { session });
      const client = createModelClient({
        ...{ ...peers, session, connection: connections.client, settleUs: 3 * slowestUs },
        mayGetOthers: true,
      });
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

const sliceUs = 2000;
/** One write follows the other: a database writes many at once. */
const slowestWriteUs = 2000;
const quietStepUs = 50_000;

/** The engines of a hub outlive it, as in a database. */
function withEngines(store: TaskStore): TaskStore {
  const engines = new Map<string, StoredEngine>();
  let nextId = 0;
  const registry: EngineRegistry = {
    load: () => ({ engines: [...engines.values()].sort((a, b) => a.id - b.id), nextId }),
    put(engine) {
      engines.set(engine.uuid, engine);
      nextId = Math.max(nextId, engine.id + 1);
    },
    remove: (uuid) => void engines.delete(uuid),
  };
  return { ...store, engines: registry };
}
