// A service as a process of its own: started, killed, stopped and started again on the same ports.
import type { Bus } from '@muster/bus';
import { createKeptPublisher } from '@muster/bus/kept';
import { planFixedPorts } from '@muster/config';
import { createHeartmonitorService } from '@muster/heartmonitor';
import { createHubService, defaultConfig as hubDefaults } from '@muster/hub';
import type { Ports, Random, VirtualTime } from '@muster/machine';
import { createVirtualPorts } from '@muster/machine';
import type { Signer } from '@muster/protocol';
import { createRelayService, apartConfig as relayConfig } from '@muster/relay';
import { createTaskSchedulerService, defaultConfig as schedulerDefaults } from '@muster/task-scheduler';
import type { TaskStore } from '@muster/task-store';
import type { Logger } from '@muster/telemetry';
import type { BoundSockets, Transport } from '@muster/transport';
import { createBoundSockets } from '@muster/transport';
import type { WorldSettings } from '../settings.ts';
import type { Member, SimulatedBus } from './bus.ts';
import { mortalPorts, mortalStore, mortalTransport } from './mortal.ts';

export const serviceNames = ['hub', 'task-scheduler', 'relay', 'heartmonitor'] as const;
export type ServiceName = (typeof serviceNames)[number];

export interface Process {
  readonly name: ServiceName | 'controller';
  readonly running: boolean;
  /** Runs since then. */
  readonly sinceUs: number;
  start(): Promise<void>;
  kill(): void;
  stop(): Promise<void>;
  invariants(): string[];
  leftovers(): string[];
}

export interface ProcessOptions {
  readonly time: VirtualTime;
  readonly bus: SimulatedBus;
  readonly transport: Transport;
  readonly store: TaskStore;
  readonly signer: Signer;
  readonly log: Logger;
  readonly settings: WorldSettings;
  /** The task scheduler takes over nothing. */
  readonly forgetful: boolean;
  /** A stream of random numbers of its own, each time. */
  readonly stream: () => number;
  readonly random: Random;
}

interface Surroundings {
  readonly sockets: BoundSockets;
  readonly bus: Bus;
  readonly ports: Ports;
  readonly signer: Signer;
  readonly log: Logger;
  readonly store: TaskStore;
}

interface Part {
  resync(): unknown;
  stop(): Promise<void>;
  leftovers(): string[];
  invariants?(): string[];
}

export const basePort = 30_201;
export const maxMessageBytes = 2 ** 20;

const starters: Record<ServiceName, (around: Surroundings, options: ProcessOptions) => Promise<Part>> = {
  hub: (around, { settings: { registrationTimeoutMs, heartbeat } }) =>
    createHubService({
      ...{ ...around, restore: true, config: { ...hubDefaults, registrationTimeoutMs } },
      heartbeatPeriodMs: heartbeat.periodMs,
      connectionInfo: () => ({}),
      onShutdownRequested() {},
    }),
  'task-scheduler': (around, { settings: { schemeName, hwm }, forgetful }) =>
    createTaskSchedulerService({
      ...{
        ...around,
        recover: !forgetful,
        listEngines: true,
        config: { ...schedulerDefaults, maxMessageBytes, schemeName, hwm },
      },
    }),
  relay: (around) => createRelayService({ ...around, config: relayConfig }),
  async heartmonitor(around, { settings: { heartbeat } }) {
    const service = await createHeartmonitorService({ ...around, config: heartbeat });
    service.start();
    return service;
  },
};

export function createProcess(name: ServiceName, options: ProcessOptions): Process {
  const { time, bus, transport, store, signer, log, stream, random } = options;
  let current: { part: Part; die(): void; bus: Bus } | undefined;
  let sinceUs = 0;

  async function start(): Promise<void> {
    let part: Part | undefined;
    const member: Member = bus.join(() => void part?.resync());
    const own = {
      ports: mortalPorts(createVirtualPorts(time, stream())),
      transport: mortalTransport(transport, time, random),
      store: mortalStore(store),
    };
    const keepsFacts = name === 'task-scheduler' || name === 'relay';
    const ownBus = keepsFacts ? createKeptPublisher({ bus: member, log }) : member;
    const sockets = createBoundSockets({
      transport: own.transport.value,
      addresses: { client: '127.0.0.1', engine: '127.0.0.1' },
      plan: planFixedPorts(basePort),
      curve: undefined,
      maxFrameBytes: maxMessageBytes,
    });
    const around = { sockets, bus: ownBus, ports: own.ports.value, signer, log, store: own.store.value };
    part = await starters[name](around, options);
    current = {
      ...{ part, bus: ownBus },
      die() {
        member.die();
        for (const mortal of Object.values(own)) mortal.die();
      },
    };
    sinceUs = time.nowUs;
    ownBus.publish({ type: 'service.started', service: name });
    if (name !== 'hub') void part.resync();
  }
  return {
    name,
    get running() {
      return current !== undefined;
    },
    get sinceUs() {
      return sinceUs;
    },
    start,
    kill() {
      const ended = current;
      current = undefined;
      ended?.die();
      void ended?.bus.close();
    },
    async stop() {
      const ended = current;
      current = undefined;
      await ended?.part.stop();
      await ended?.bus.close();
    },
    invariants: () => current?.part.invariants?.() ?? [],
    leftovers: () => current?.part.leftovers() ?? [],
  };
}
