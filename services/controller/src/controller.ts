// The controller: hub, task-scheduler, relay and heartmonitor in one process, on an in-process bus.
import { createInProcessBus } from '@muster/bus';
import type { ConnectionFacts, Connections } from '@muster/config';
import { buildConnections, registrationInfo } from '@muster/config';
import type { EngineStateFile, HubService, LeftBehind, StartDask } from '@muster/hub';
import { createHubService, defaultConfig as hubDefaults } from '@muster/hub';
import type { Ports, Timers } from '@muster/machine';
import type { JsonObject } from '@muster/protocol';
import { createRelayService, defaultConfig as relayDefaults, apartConfig as relayFollowing } from '@muster/relay';
import type { TaskSchedulerConfig } from '@muster/task-scheduler';
import { createTaskSchedulerService, defaultConfig as schedulerDefaults } from '@muster/task-scheduler';
import type { StoredEngine, TaskStore } from '@muster/task-store';
import type { Logger } from '@muster/telemetry';
import type { BoundSockets, ChannelKey, CurveServers, RecordedSockets, Side, Transport } from '@muster/transport';
import { createBoundSockets, createHmacSigner, hasSeparateDoors, serverKeysOf } from '@muster/transport';
import type { AfterSends } from './after-sends.ts';
import { iopubAfterSends, publishAfterSends } from './after-sends.ts';
import type { Heartbeats, HeartbeatThread } from './heartbeats.ts';
import { startHeartbeats, startHeartbeatThread } from './heartbeats.ts';
import type { PortPlan } from './port-plan.ts';

export interface ControllerOptions {
  readonly transport: Transport;
  readonly ports: Ports;
  readonly log: Logger;
  readonly store: TaskStore;
  /** The hub's: `session` in the headers of its messages. */
  readonly session?: string;
  readonly plan: PortPlan;
  readonly addresses: Readonly<Record<Side, string>>;
  readonly curve: CurveServers | undefined;
  /** What the connection files say besides addresses and ports. */
  readonly facts: Omit<ConnectionFacts, 'addresses' | 'scheme' | 'curveServerKeys'>;
  readonly maxMessageBytes: number;
  readonly heartbeat: { readonly periodMs: number; readonly maxMisses: number };
  /** Default: heartbeats in this thread, on this transport. */
  readonly heartbeatThread?: HeartbeatThread;
  /** Default: the hub gets its copies at once. */
  readonly afterSends?: AfterSends;
  /** 0: the hub's own rule (§12.18). */
  readonly registrationTimeoutMs: number;
  /** 0: results are kept for ever. */
  readonly resultMaxAgeMs: number;
  readonly scheduler: Pick<TaskSchedulerConfig, 'schemeName' | 'hwm'>;
  readonly engineState: EngineStateFile;
  /** This controller takes over from an earlier one, and leaves to the next what is unfinished at its end. */
  readonly restore?: Restore;
  /** Engines of an earlier one on the same ports, which it does not take over: they are told to end. */
  readonly former?: readonly StoredEngine[];
  /** See EngineState. */
  readonly since?: string;
  readonly startDask?: StartDask;
  /** A client has asked for the end (§4.7, shutdown_request). */
  readonly onShutdownRequested: () => void;
}

export interface Restore {
  /** As the engine-state file tells; undefined: as the store does. */
  readonly engines: LeftBehind['engines'];
  /** Records of which the unfinished ones are to be taken over. */
  readonly records: Pick<TaskStore, 'find' | 'query'>;
}

export interface Controller {
  readonly connections: Connections;
  /** What the services still hold of requests, tasks and engines; empty when all is done and no engine is there. */
  leftovers(): string[];
  /** Rules that the task scheduler's state breaks; empty when all is well. */
  invariants(): string[];
  /** Stops all services; what was sent before is still delivered. The transport stays the caller's. */
  stop(): Promise<void>;
}

/** A registration may be under way, or a nanny say goodbye. */
const dismissAfterMs = 5000;

type Shared = ReturnType<typeof createShared>;

/** What all services have in common. */
function createShared({ ports, log, facts }: ControllerOptions, sockets: BoundSockets) {
  const bus = createInProcessBus((error, fact) =>
    log.error({ err: error, fact: fact.type }, 'a fact could not be handled'),
  );
  const signer = createHmacSigner(facts.key);
  return (service: string) => ({
    ...{ sockets, bus, signer },
    ports: { ...ports, timers: timersOf(service, ports.timers) },
    log: log.child({ service }),
  });
}

const openHub = (options: ControllerOptions, shared: Shared, connectionInfo: () => JsonObject): Promise<HubService> =>
  createHubService({
    ...shared('hub'),
    store: options.store,
    config: {
      ...hubDefaults,
      registrationTimeoutMs: options.registrationTimeoutMs,
      resultMaxAgeMs: options.resultMaxAgeMs,
      dismissAfterMs,
    },
    heartbeatPeriodMs: options.heartbeat.periodMs,
    connectionInfo,
    engineStateFile: options.engineState,
    separateDoors: hasSeparateDoors(options.curve),
    onShutdownRequested: options.onShutdownRequested,
    ...(options.startDask && { startDask: options.startDask }),
    ...(options.restore && { restore: true, leftBehind: { ...options.restore, probesIdle: true } }),
    ...(options.former && { former: options.former }),
    ...(options.since !== undefined && { since: options.since }),
  });

/** Who connects to a controller that has taken over nothing was nobody's client before. */
function hasTakenOver(hub: HubService): boolean {
  const { engines, registering, direct, assigned, unassigned } = hub.counts();
  return engines + registering + direct + assigned + unassigned > 0;
}

/** Ports by channel: what was bound, or is going to be. */
interface PortTable {
  port(key: ChannelKey): number;
  portsOf(key: ChannelKey): readonly number[];
}

const plannedPorts = (plan: PortPlan): PortTable => ({
  port: (key) => [plan[key] ?? 0].flat()[0]!,
  portsOf: (key) => [plan[key] ?? 0].flat(),
});

function describe({ facts, addresses, scheduler, curve }: ControllerOptions, table: PortTable): Connections {
  const curveServerKeys = serverKeysOf(curve);
  const built = buildConnections(table.port, { ...facts, addresses, scheme: scheduler.schemeName, curveServerKeys });
  return { ...built, engine: { ...built.engine, broadcast: table.portsOf('engine:broadcast') } };
}

/** Binds everything and begins to beat. Rejects with MusterError `port_in_use`. */
export async function startController(options: ControllerOptions): Promise<Controller> {
  const { transport, addresses, curve, plan, heartbeat, maxMessageBytes, heartbeatThread } = options;
  const binding = { addresses, plan, curve, maxFrameBytes: maxMessageBytes };
  const sockets = createBoundSockets({ ...binding, transport });
  const shared = createShared(options, sockets);
  // Its start takes as long as that of all others together.
  const thread =
    heartbeatThread &&
    startHeartbeatThread({ ...heartbeatThread, ...shared('heartmonitor'), binding, config: heartbeat });
  try {
    return await startServices(options, sockets, shared, thread);
  } catch (error) {
    await thread?.then(
      ({ stop }) => stop(),
      () => {},
    );
    throw error;
  }
}

async function startServices(
  options: ControllerOptions,
  sockets: RecordedSockets,
  shared: Shared,
  thread: Promise<Heartbeats> | undefined,
): Promise<Controller> {
  const { heartbeat, maxMessageBytes, restore, afterSends } = options;
  const { bus } = shared('controller');
  /** Of those that pass messages on. */
  const late = afterSends && {
    bus: publishAfterSends(bus, afterSends),
    sockets: iopubAfterSends(sockets, afterSends),
  };
  // Engines of an earlier controller know the ports, and may come before all is bound.
  let connections = describe(options, plannedPorts(options.plan));
  const hub = await openHub(options, shared, () => registrationInfo(connections));
  const scheduler = await createTaskSchedulerService({
    ...{ ...shared('task-scheduler'), ...late },
    config: { ...schedulerDefaults, ...options.scheduler, maxMessageBytes },
    ...(restore && { recover: true, startsWhole: true, store: restore.records }),
  });
  const follows = restore !== undefined && hasTakenOver(hub);
  const relay = await createRelayService({
    ...{ ...shared('relay'), ...late },
    config: follows ? { ...relayFollowing, engineWaitMs: 0 } : relayDefaults,
  });
  const heartmonitor = await (thread ?? startHeartbeats({ ...shared('heartmonitor'), config: heartbeat }));
  if (follows) {
    // They were not there when the hub told of the engines that it has taken over.
    await Promise.all([relay.resync(), heartmonitor.resync()]);
    bus.publish({ type: 'service.started', service: 'relay' });
  }
  connections = describe(options, {
    port: (key) => heartmonitor.ports[key] ?? sockets.port(key),
    portsOf: sockets.portsOf,
  });
  heartmonitor.start();
  const services = { hub, 'task-scheduler': scheduler, relay, heartmonitor };
  return {
    connections,
    leftovers: () =>
      Object.entries(services).flatMap(([name, service]) => service.leftovers().map((what) => `${name}: ${what}`)),
    invariants: scheduler.invariants,
    async stop() {
      // The heartmonitor first: engines are not to be given up because we stop listening.
      for (const service of [heartmonitor, scheduler, relay, hub]) await service.stop();
    },
  };
}

/** Each service names its timers as it likes. */
const timersOf = (service: string, timers: Timers): Timers => ({
  set: (id, atUs, fire) => timers.set(`${service}/${id}`, atUs, fire),
  clear: (id) => timers.clear(`${service}/${id}`),
  get size() {
    return timers.size;
  },
});
