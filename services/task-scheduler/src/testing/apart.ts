// The service apart: a hub that lists engines and keeps records (as far as the scheduler sees it), and one scheduler after the
// other on the same ports.
import type { Bus, EngineRef, Fact } from '@muster/bus';
import { createInProcessBus } from '@muster/bus';
import { createSystemPorts } from '@muster/machine/node';
import type { TaskStore } from '@muster/task-store';
import { createMemoryTaskStore } from '@muster/task-store';
import { silentLogger } from '@muster/telemetry';
import { loopbackSockets } from '@muster/testkit';
import type { BoundSockets, Transport } from '@muster/transport';
import { defaultConfig } from '../config.ts';
import type { TaskSchedulerService } from '../service.ts';
import { createTaskSchedulerService } from '../service.ts';
import type { TestClient, TestEngine } from './cluster.ts';
import { createTestClient, createTestEngine, signer } from './cluster.ts';

export interface Apart {
  readonly bus: Bus;
  readonly facts: Fact[];
  readonly store: TaskStore;
  /** What the hub says. */
  readonly listed: Map<string, EngineRef>;
  service(): TaskSchedulerService;
  start(): Promise<void>;
  connectClient(): TestClient;
  /** Connects; answers probes by itself. The hub has it in its list, and tells nobody. */
  connectEngine(uuid: string): TestEngine;
  close(): Promise<void>;
}

export function createApart(transport: Transport): Apart {
  const store = createMemoryTaskStore();
  const facts: Fact[] = [];
  const listed = new Map<string, EngineRef>();
  const bus = createInProcessBus((error) => {
    throw error;
  });
  bus.serve('engines.list', () => ({ engines: [...listed.values()], pending: [] }));
  bus.serve('records.settled', () => ({}));
  keepRecords(bus, store, facts);
  const ports = createSystemPorts();
  const sockets = loopbackSockets(transport);
  let service: TaskSchedulerService;
  return {
    ...{ bus, facts, store, listed },
    service: () => service,
    async start() {
      const config = { ...defaultConfig, graceMs: 50 };
      const own = onSamePorts(transport, sockets);
      service = await createTaskSchedulerService({
        ...{ sockets: own, bus, ports, signer, log: silentLogger, config, store },
        recover: true,
      });
    },
    connectClient() {
      const socket = transport.open({ kind: 'dealer' });
      socket.connect(sockets.endpoint('task', 'client'));
      return createTestClient(socket, () => ports.clock.nowUs());
    },
    connectEngine(uuid) {
      const socket = transport.open({ kind: 'router', identity: uuid });
      socket.connect(sockets.endpoint('task', 'engine'));
      listed.set(uuid, { id: listed.size, uuid, kernel: 'python' });
      return createTestEngine(socket, uuid);
    },
    async close() {
      await service.stop();
      await transport.close();
      if (ports.timers.size > 0) throw new Error(`${ports.timers.size} timers are left`);
    },
  };
}

/** What was bound once is bound there again. */
function onSamePorts(transport: Transport, sockets: ReturnType<typeof loopbackSockets>): BoundSockets {
  return {
    async open(options) {
      let endpoint: string;
      try {
        endpoint = sockets.endpoint(options.channel, options.side);
      } catch {
        return sockets.open(options);
      }
      const socket = transport.open(options);
      await socket.bind(endpoint);
      return socket;
    },
  };
}

/** As the hub does (§5.2). */
function keepRecords(bus: Bus, store: TaskStore, facts: Fact[]): void {
  bus.subscribe('task.received', (fact) => {
    facts.push(fact);
    const { header, metadata, content, buffers } = fact.message;
    const patch = { header, metadata, content, buffers, queue: 'task', submitted: facts.length } as const;
    void store.put(header.msg_id, patch, 'create');
  });
  bus.subscribe('task.dispatched', (fact) => {
    facts.push(fact);
    void store.put(fact.msgId, { engineUuid: fact.engineUuid }, 'ignore');
  });
  bus.subscribe('task.finished', (fact) => {
    facts.push(fact);
    const { parentId, content } = fact.message;
    void store.put(parentId!, { completed: facts.length, resultContent: content }, 'ignore');
  });
}
