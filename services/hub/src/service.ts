// The hub's shell: the query ROUTER, the notification PUB, facts of the bus and the task store around the core.
import type { Bus, EngineRef } from '@muster/bus';
import type { KeptReceiver } from '@muster/bus/kept';
import { createKeptReceiver } from '@muster/bus/kept';
import type { Ports } from '@muster/machine';
import { createRunner } from '@muster/machine';
import type { JsonObject, Signer } from '@muster/protocol';
import type { StoredEngine, TaskStore } from '@muster/task-store';
import type { Logger } from '@muster/telemetry';
import { createThrottledWarn } from '@muster/telemetry';
import type { BoundSockets, Socket } from '@muster/transport';
import type { StartDask } from './adapters/dask.ts';
import { createDaskKeeper, noDask } from './adapters/dask.ts';
import type { EngineKeeper } from './adapters/engine-keeper.ts';
import { createEngineKeeper } from './adapters/engine-keeper.ts';
import { createEngineStateSaver } from './adapters/engine-state-saver.ts';
import type { Gate } from './adapters/gate.ts';
import { createGate } from './adapters/gate.ts';
import { readLeftBehind } from './adapters/left-behind.ts';
import { createPerformer } from './adapters/performer.ts';
import type { StoreLane } from './adapters/store-lane.ts';
import { createStoreLane } from './adapters/store-lane.ts';
import type { HubConfig } from './config.ts';
import { settingsOf } from './config.ts';
import type { Door, EngineWrite, HubCounts, HubEvent, HubSend, HubState, HubWrite, LeftEngines } from './core/index.ts';
import { countsOf, createHubState, engineStateText, leftovers, refOf, step } from './core/index.ts';

/** Where the engine-state file goes (§7.5). */
export interface EngineStateFile {
  /** Replaces the text as a whole; may throw. */
  write(text: string): void;
}

/** What an earlier hub has left. */
export interface LeftBehind {
  /** As the engine-state file tells; undefined: as the store does. */
  readonly engines: LeftEngines | undefined;
  /** In which unfinished requests are looked up. */
  readonly records: Pick<TaskStore, 'query'>;
  /** All services were in one process, which took broadcasts and the like with it: see HubSettings. */
  readonly probesIdle: boolean;
}

export interface HubServiceOptions {
  readonly sockets: BoundSockets;
  readonly bus: Bus;
  readonly ports: Ports;
  readonly signer: Signer;
  readonly log: Logger;
  /** Stays the caller's: it is not closed by `stop`. */
  readonly store: TaskStore;
  readonly config: HubConfig;
  /** Told to engines (§4.2), so it must be true. */
  readonly heartbeatPeriodMs: number;
  /** `connection_info` of registration replies; asked for at each. */
  readonly connectionInfo: () => JsonObject;
  /** A client has asked for the end; called once, a moment after everybody was told. */
  readonly onShutdownRequested: () => void;
  readonly engineStateFile?: EngineStateFile;
  /**
   * Engines are kept in the store, and those that a hub before this one has kept there are taken over, with the requests
   * that have no result yet. Default false: it starts with nothing, and leaves nothing.
   */
  readonly restore?: boolean;
  /** `session` in the headers of its messages. Default: a new id. */
  readonly session?: string;
  /** With `restore`, where it looks for that; default: the store. */
  readonly leftBehind?: LeftBehind;
  /** Engines of an earlier hub on the same ports, which this one does not take over. */
  readonly former?: readonly StoredEngine[];
  /** Goes into the engine-state file (EngineState). */
  readonly since?: string;
  /** Default true: a client may end the cluster. False: it gets an error, which says who else can. */
  readonly acceptsShutdown?: boolean;
  /** Strict mode: clients and engines each have a registration socket of their own, and are heard at theirs only. */
  readonly separateDoors?: boolean;
  /** For become_dask_request. Default: it is answered with an error. */
  readonly startDask?: StartDask;
}

export interface HubService {
  /** Takes nothing in any more, lets the store finish, closes the sockets. */
  stop(): Promise<void>;
  /** Makes everybody ask anew which engines there are, and tell again what is not stored: facts may have been lost. */
  resync(): void;
  /** Registered engines by id. */
  engines(): readonly EngineRef[];
  /** What there is now; `dropped` counts messages that were refused since the start. */
  counts(): HubCounts & { readonly storeBacklog: number; readonly dropped: number };
  /** What waits for something still to happen; empty when all work is done and no engine is on its way in or out. */
  leftovers(): string[];
}

type Dispatch = (event: HubEvent) => void;

/**
 * Opens the hub's sockets and wires the core to them. Rejects with MusterError `port_in_use`, and `store_unusable` when
 * there is something to restore and it cannot be read.
 */
export async function createHubService(options: HubServiceOptions): Promise<HubService> {
  const { sockets, bus, ports, signer, log, store, config, restore = false } = options;
  const queries = await openDoors(sockets, options.separateDoors ?? false);
  const notifications = await sockets.open({ kind: 'pub', channel: 'notification', side: 'client' });
  const warn = createThrottledWarn(log, ports.clock);
  const lane = createStoreLane({
    store,
    backlogLimit: config.storeBacklogLimit,
    backlogBytes: config.storeBacklogBytes,
    onError: (error, what) => warn({ store: store.name, what, why: (error as Error).message }, 'task store failed'),
  });
  const dask = createDaskKeeper(options.startDask ?? noDask, (event) => dispatch(event));
  const keeper = createEngineKeeper(store.engines, warn);
  const { heartbeatPeriodMs, acceptsShutdown = true, since } = options;
  const role = { keepsEngines: restore, acceptsShutdown, since, probesIdle: options.leftBehind?.probesIdle ?? false };
  const state = createHubState(settingsOf(config, heartbeatPeriodMs, role));
  const start = createStart(restore);
  const file = options.engineStateFile;
  const engineState = file && createEngineStateSaver({ file, text: () => engineStateText(state), ports, warn });
  const dispatch: Dispatch = (event) => start.inTurn(event, runner.dispatch);
  const runner = createRunner<HubState, HubEvent, HubWrite, HubSend>({
    state,
    step,
    ports,
    perform: {
      writes: createWriter(lane, restore ? keeper : undefined),
      send: createPerformer({ ...options, queries, notifications, lane, dask, engineState, warn, dispatch }),
    },
    onError: (error, event) => log.error({ err: error, event: event.type }, 'hub failed at an event'),
  });
  const gate = createGate(signer, config.replayMemory, warn);
  const kept = createKeptReceiver({ bus, warn, settled: () => start.done.then(lane.settled) });
  const ends = [...subscribe(bus, kept, gate, dispatch), kept.stop];
  /** A store that hangs is not waited for. */
  function endOfStore(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = 'hub: end of store';
    ports.timers.set(timer, ports.clock.nowUs() + config.storeStopMs * 1000, () => {
      warn({ store: store.name, what: 'stopped without it', waiting: lane.waiting }, 'task store failed');
      resolve();
    });
    return Promise.race([lane.idle(), promise]).finally(() => ports.timers.clear(timer));
  }
  async function stop(): Promise<void> {
    for (const end of ends) end();
    runner.stop();
    engineState?.close();
    const daskStopped = dask.stop();
    await Promise.all([endOfStore(), keeper.stop()]);
    await Promise.all([...Object.values(queries), notifications].map((socket) => socket.close()));
    await daskStopped;
  }
  if (restore)
    try {
      runner.dispatch(await readLeftBehind(store, log, options.leftBehind));
    } catch (error) {
      await stop();
      throw error;
    }
  if (options.former !== undefined) runner.dispatch({ type: 'hub.reused', former: options.former });
  start.end(runner.dispatch);
  runner.dispatch({ type: 'hub.started' });
  ends.push(...serve(bus, state, lane));
  receiveQueries(queries, gate, dispatch);
  return {
    stop,
    resync: () => bus.publish({ type: 'service.started', service: 'hub' }),
    engines: () => [...state.engines.values()].map(refOf).sort((a, b) => a.id - b.id),
    counts: () => ({ ...countsOf(state), storeBacklog: lane.waiting, dropped: gate.refused }),
    leftovers: () => leftovers(state),
  };
}

/** Records go to the store, and engines where they are kept; hardly ever both in one step. */
function createWriter(lane: StoreLane, keeper: EngineKeeper | undefined) {
  return (effects: readonly HubWrite[]): void | Promise<void> => {
    const engines: EngineWrite[] = [];
    for (let i = 0; i < effects.length; i++) {
      const effect = effects[i]!;
      if (effect.type === 'record.put') lane.write(effect);
      else engines.push(effect);
    }
    if (engines.length > 0) return keeper?.write(engines);
  };
}

/** What comes in while the store is read waits until that is done. */
function createStart(restore: boolean) {
  const { promise, resolve } = Promise.withResolvers<void>();
  let waiting: HubEvent[] | undefined = restore ? [] : undefined;
  return {
    done: promise,
    inTurn(event: HubEvent, dispatch: Dispatch): void {
      if (waiting === undefined) dispatch(event);
      else waiting.push(event);
    },
    end(dispatch: Dispatch): void {
      for (const event of waiting ?? []) dispatch(event);
      waiting = undefined;
      resolve();
    },
  };
}

function serve(bus: Bus, { engines, registering }: HubState, lane: StoreLane): (() => void)[] {
  return [
    bus.serve('engines.list', () => ({ engines: [...engines.values()].map(refOf), pending: [...registering.keys()] })),
    bus.serve('records.settled', async () => {
      await lane.settled();
      return {};
    }),
    bus.serve('engines.load', () => ({
      engines: [...engines.values()].map(({ uuid, queue, tasks }) => ({ uuid, queued: queue.size, tasks: tasks.size })),
    })),
  ];
}

type Doors = Readonly<Partial<Record<Door, Socket>>>;

async function openDoors(sockets: BoundSockets, areSeparate: boolean): Promise<Doors> {
  const engine = await sockets.open({ kind: 'router', channel: 'registration', side: 'engine' });
  if (!areSeparate) return { shared: engine };
  return { engine, client: await sockets.open({ kind: 'router', channel: 'registration', side: 'client' }) };
}

function receiveQueries(doors: Doors, gate: Gate, dispatch: Dispatch): void {
  for (const [door, socket] of Object.entries(doors) as [Door, Socket][])
    socket.onMessages((batch) => {
      for (const { peer, frames } of batch) {
        const message = gate.query(frames);
        if (message !== undefined) dispatch({ type: 'query.received', door, peer, message });
      }
    });
}

/** Facts of scheduler and heartmonitor are believed, copies of the relay are verified. */
function subscribe(bus: Bus, kept: KeptReceiver, gate: Gate, dispatch: Dispatch): (() => void)[] {
  return [
    kept.subscribe('direct.requested', (fact) => gate.directRequest(fact) && dispatch(fact)),
    kept.subscribe('direct.replied', (fact) => gate.directReply(fact) && dispatch(fact)),
    kept.subscribe('direct.probed', dispatch),
    kept.subscribe('task.received', dispatch),
    kept.subscribe('task.dispatched', dispatch),
    kept.subscribe('task.finished', dispatch),
    bus.subscribe('iopub.published', (fact) => gate.output(fact) && dispatch(fact)),
    bus.subscribe('service.started', dispatch),
    bus.subscribe('heart.started', dispatch),
    bus.subscribe('heart.stopped', dispatch),
  ];
}
