// The controller: hub, task-scheduler, relay and heartmonitor in one process, on an in-process bus.
import { createInProcessBus } from '@muster/bus';
import type { ConnectionFacts, Connections } from '@muster/config';
import { buildConnections, registrationInfo } from '@muster/config';
import { createHeartmonitorService } from '@muster/heartmonitor';
import type { EngineStateFile, LeftBehind, StartDask } from '@muster/hub';
import { createHubService, defaultConfig as hubDefaults } from '@muster/hub';
import type { Ports, Timers } from '@muster/machine';
import { createRelayService, defaultConfig as relayDefaults, apartConfig as relayFollowing } from '@muster/relay';
import type { TaskSchedulerConfig } from '@muster/task-scheduler';
import { createTaskSchedulerService, defaultConfig as schedulerDefaults } from '@muster/task-scheduler';
import type { StoredEngine, TaskStore } from '@muster/task-store';
import type { Logger } from '@muster/telemetry';
import type { CurveServers, Side, Transport } from '@muster/transport';
import { createBoundSockets, createHmacSigner, hasSeparateDoors, serverKeysOf } from '@muster/transport';
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

/** Binds everything and begins to beat. Rejects with MusterError `port_in_use`. */
export async function startController(options: ControllerOptions): Promise<Controller> {
  const { transport, ports, log, addresses, curve, facts, heartbeat, maxMessageBytes, restore } = options;
  const sockets = createBoundSockets({
    transport,
    addresses,
    plan: options.plan,
    curve,
    maxFrameBytes: maxMessageBytes,
  });
  const bus = createInProcessBus((error, fact) =>
    log.error({ err: error, fact: fact.type }, 'a fact could not be handled'),
  );
  const signer = createHmacSigner(facts.key);
  const shared = (service: string) => ({
    ...{ sockets, bus, signer },
    ports: { ...ports, timers: timersOf(service, ports.timers) },
    log: log.child({ service }),
  });
  let connections: Connections | undefined;

  const hub = await createHubService({
    ...shared('hub'),
    store: options.store,
    config: {
      ...hubDefaults,
      registrationTimeoutMs: options.registrationTimeoutMs,
      resultMaxAgeMs: options.resultMaxAgeMs,
      dismissAfterMs,
    },
    heartbeatPeriodMs: heartbeat.periodMs,
    connectionInfo: () => (connections === undefined ? {} : registrationInfo(connections)),
    engineStateFile: options.engineState,
    separateDoors: hasSeparateDoors(curve),
    onShutdownRequested: options.onShutdownRequested,
    ...(options.startDask && { startDask: options.startDask }),
    ...(restore && { restore: true, leftBehind: { ...restore, probesIdle: true } }),
    ...(options.former && { former: options.former }),
    ...(options.since !== undefined && { since: options.since }),
  });
  const scheduler = await createTaskSchedulerService({
    ...shared('task-scheduler'),
    config: { ...schedulerDefaults, ...options.scheduler, maxMessageBytes },
    ...(restore && { recover: true, startsWhole: true, store: restore.records }),
  });
  // Who connects to a controller that has taken over nothing was nobody's client before.
  const { engines, registering, direct, assigned, unassigned } = hub.counts();
  const follows = restore !== undefined && engines + registering + direct + assigned + unassigned > 0;
  const relay = await createRelayService({
    ...shared('relay'),
    config: follows ? { ...relayFollowing, engineWaitMs: 0 } : relayDefaults,
  });
  const heartmonitor = await createHeartmonitorService({
    ...shared('heartmonitor'),
    config: heartbeat,
  });
  if (follows) {
    // They were not there when the hub told of the engines that it has taken over.
    await Promise.all([relay.resync(), heartmonitor.resync()]);
    bus.publish({ type: 'service.started', service: 'relay' });
  }
  const built = buildConnections(sockets.port, {
    ...facts,
    addresses,
    scheme: options.scheduler.schemeName,
    curveServerKeys: serverKeysOf(curve),
  });
  connections = { ...built, engine: { ...built.engine, broadcast: sockets.portsOf('engine:broadcast') } };
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
