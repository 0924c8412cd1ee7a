// The hub's shell: the query ROUTER, the notification PUB, facts of the bus and the task store around the core.
import type { Bus, EngineRef } from '@muster/bus';
import type { Ports } from '@muster/machine';
import { createRunner } from '@muster/machine';
import type { JsonObject, Signer } from '@muster/protocol';
import type { TaskStore } from '@muster/task-store';
import type { Logger } from '@muster/telemetry';
import { createThrottledWarn } from '@muster/telemetry';
import type { BoundSockets, Socket } from '@muster/transport';
import type { StartDask } from './adapters/dask.ts';
import { createDaskKeeper, noDask } from './adapters/dask.ts';
import type { Gate } from './adapters/gate.ts';
import { createGate } from './adapters/gate.ts';
import { createPerformer } from './adapters/performer.ts';
import { createStoreLane } from './adapters/store-lane.ts';
import type { HubConfig } from './config.ts';
import { settingsOf } from './config.ts';
import type { HubEvent, HubSend, HubState, HubWrite } from './core/index.ts';
import { createHubState, leftovers, refOf, step } from './core/index.ts';

/** Where the engine-state file goes (§7.5); `write` replaces the text as a whole and may throw. */
export interface EngineStateFile {
  write(text: string): void;
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
  /** For become_dask_request. Default: it is answered with an error. */
  readonly startDask?: StartDask;
}

export interface HubService {
  /** Takes nothing in any more, lets the store finish, closes the sockets. */
  stop(): Promise<void>;
  /** Registered engines by id. */
  engines(): readonly EngineRef[];
  /** What waits for something still to happen; empty when all work is done and no engine is on its way in or out. */
  leftovers(): string[];
}

type Dispatch = (event: HubEvent) => void;

/** Opens the hub's two sockets and wires the core to them. Rejects with MusterError `port_in_use`. */
export async function createHubService(options: HubServiceOptions): Promise<HubService> {
  const { sockets, bus, ports, signer, log, store, config } = options;
  const queries = await sockets.open({ kind: 'router', channel: 'registration', side: 'engine' });
  const notifications = await sockets.open({ kind: 'pub', channel: 'notification', side: 'client' });
  const warn = createThrottledWarn(log, ports.clock);
  const lane = createStoreLane({
    store,
    backlogLimit: config.storeBacklogLimit,
    onError: (error, what) => warn({ store: store.name, what, why: (error as Error).message }, 'task store failed'),
  });
  const dask = createDaskKeeper(options.startDask ?? noDask, (event) => dispatch(event));
  const state = createHubState(settingsOf(config, options.heartbeatPeriodMs));
  const dispatch: Dispatch = (event) => runner.dispatch(event);
  const runner = createRunner<HubState, HubEvent, HubWrite, HubSend>({
    state,
    step,
    ports,
    perform: {
      writes(effects) {
        for (const effect of effects) lane.write(effect);
      },
      send: createPerformer({ ...options, queries, notifications, lane, dask, warn, dispatch }),
    },
    onError: (error, event) => log.error({ err: error, event: event.type }, 'hub failed at an event'),
  });
  const gate = createGate(signer, config.replayMemory, warn);
  receiveQueries(queries, gate, dispatch);
  const unsubscribe = subscribe(bus, gate, dispatch);
  return {
    async stop() {
      for (const end of unsubscribe) end();
      runner.stop();
      await Promise.all([lane.idle(), dask.stop()]);
      await Promise.all([queries.close(), notifications.close()]);
    },
    engines: () => [...state.engines.values()].map(refOf).sort((a, b) => a.id - b.id),
    leftovers: () => leftovers(state),
  };
}

function receiveQueries(queries: Socket, gate: Gate, dispatch: Dispatch): void {
  queries.onMessages((batch) => {
    for (const { peer, frames } of batch) {
      const message = gate.query(frames);
      if (message !== undefined) dispatch({ type: 'query.received', peer, message });
    }
  });
}

/** Facts of scheduler and heartmonitor are believed, copies of the relay are verified. */
function subscribe(bus: Bus, gate: Gate, dispatch: Dispatch): (() => void)[] {
  return [
    bus.subscribe('direct.requested', (fact) => gate.directRequest(fact) && dispatch(fact)),
    bus.subscribe('direct.replied', (fact) => gate.directReply(fact) && dispatch(fact)),
    bus.subscribe('iopub.published', (fact) => gate.output(fact) && dispatch(fact)),
    bus.subscribe('task.received', dispatch),
    bus.subscribe('task.dispatched', dispatch),
    bus.subscribe('task.finished', dispatch),
    bus.subscribe('heart.started', dispatch),
    bus.subscribe('heart.stopped', dispatch),
  ];
}
