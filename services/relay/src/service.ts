// The relay's shell: sockets of the direct, control, broadcast and iopub channels around the core.
import { setTimeout as pause } from 'node:timers/promises';
import type { Bus } from '@muster/bus';
import { createEngineLister } from '@muster/bus';
import type { Ports } from '@muster/machine';
import { createRunner } from '@muster/machine';
import type { Frames, PeerId, Signer } from '@muster/protocol';
import { createReplayGuard, openMessage, toPeerId } from '@muster/protocol';
import type { Logger, ThrottledWarn } from '@muster/telemetry';
import { createThrottledWarn } from '@muster/telemetry';
import type { BoundSockets, Received, Socket } from '@muster/transport';
import type { RelayConfig } from './config.ts';
import type { RelayEvent, RelaySend, RelayState } from './core/index.ts';
import { createState, defaultSettings, leftovers, step } from './core/index.ts';
import type { Pair, RelayChannel } from './performing.ts';
import { createPerformer, dropped } from './performing.ts';

export interface RelayServiceOptions {
  readonly sockets: BoundSockets;
  readonly bus: Bus;
  readonly ports: Ports;
  readonly signer: Signer;
  readonly log: Logger;
  readonly config: RelayConfig;
}

export interface RelayService {
  /** What is left of requests; empty when all have been answered. */
  leftovers(): string[];
  /** Asks the hub which engines there are until it answers; see EngineLister. For a relay that runs apart. */
  resync(): Promise<void>;
  stop(): Promise<void>;
}

/** Identities that the sockets announce to engines: they must differ, and named ones survive reconnects (§2.1). */
const identities = {
  mux: ['mux_in', 'mux_out'],
  control: ['control_in', 'control_out'],
  broadcast: ['sub_scheduler_0', 'sub_scheduler_00'],
} as const;

/** Opens the relay's eight sockets and wires the core to them. Rejects with MusterError `port_in_use`. */
export async function createRelayService(options: RelayServiceOptions): Promise<RelayService> {
  const { sockets, bus, ports } = options;
  const warn = createThrottledWarn(options.log, ports.clock);
  const pair = async (channel: RelayChannel): Promise<Pair> => ({
    engine: await sockets.open({ kind: 'router', channel, side: 'engine', identity: identities[channel][1] }),
    client: await sockets.open({ kind: 'router', channel, side: 'client', identity: identities[channel][0] }),
  });
  const pairs: Record<RelayChannel, Pair> = {
    mux: await pair('mux'),
    control: await pair('control'),
    broadcast: await pair('broadcast'),
  };
  const published = await sockets.open({ kind: 'sub', channel: 'iopub', side: 'engine' });
  const subscribers = await sockets.open({ kind: 'pub', channel: 'iopub', side: 'client' });

  const { maxCoalescing, maxCoalescedBytes, engineWaitMs, settleMs } = options.config;
  const limits = { maxCoalescing, maxCoalescedBytes, engineWaitUs: engineWaitMs * 1000 };
  const state = createState({ ...defaultSettings, ...limits });
  const lister = createEngineLister({
    bus,
    log: options.log,
    onListed: ({ engines }) => runner.dispatch({ type: 'engines.listed', uuids: engines.map((engine) => engine.uuid) }),
  });
  const askEngines = (): void => void lister.resync();
  const runner = createRunner<RelayState, RelayEvent, never, RelaySend>({
    state,
    step,
    ports,
    perform: { writes() {}, send: createPerformer({ ...options, pairs, subscribers, warn, askEngines }) },
    onError: (error, event) => warn({ where: event.type, why: (error as Error).message }, dropped),
  });
  const unsubscribe = subscribe(bus, runner.dispatch);
  const stopping = new AbortController();
  const read = (): void => {
    receiveMirrored(pairs, runner.dispatch);
    receiveBroadcasts(options, pairs.broadcast, runner.dispatch, warn);
    onEach(published, (_peer, frames) => runner.dispatch({ type: 'engine.published', frames }));
  };
  // Messages wait in the sockets until then.
  if (settleMs === 0) read();
  else pause(settleMs, undefined, { signal: stopping.signal }).then(read, () => {});
  return {
    leftovers: () => leftovers(state),
    resync: lister.resync,
    async stop() {
      for (const end of unsubscribe) end();
      stopping.abort();
      lister.stop();
      runner.stop();
      const all = [...Object.values(pairs).flatMap(({ client, engine }) => [client, engine]), published, subscribers];
      await Promise.all(all.map((socket) => socket.close()));
    },
  };
}

type Dispatch = (event: RelayEvent) => void;

function subscribe(bus: Bus, dispatch: Dispatch): (() => void)[] {
  return [
    bus.subscribe('engine.registered', ({ type, engine }) => dispatch({ type, uuid: engine.uuid })),
    bus.subscribe('engine.unregistered', ({ type, engine }) => dispatch({ type, uuid: engine.uuid })),
    bus.subscribe('direct.probe', ({ engineUuid, probe }) =>
      dispatch({ type: 'probe.asked', engine: engineUuid, probe }),
    ),
    bus.subscribe('direct.lost', ({ engineUuid, client, message }) =>
      dispatch({ type: 'request.lost', engine: engineUuid, client, frames: message.toWire() }),
    ),
  ];
}

function receiveMirrored(pairs: Record<RelayChannel, Pair>, dispatch: Dispatch): void {
  for (const channel of ['mux', 'control'] as const) {
    onEach(pairs[channel].client, (client, frames) => dispatch({ type: 'client.sent', channel, client, frames }));
    onEach(pairs[channel].engine, (engine, frames) => dispatch({ type: 'engine.sent', channel, engine, frames }));
  }
}

function onEach(socket: Socket, receive: (peer: PeerId, frames: Frames) => void): void {
  socket.onMessages((batch: readonly Received[]) => {
    for (const { peer, frames } of batch) receive(peer, frames);
  });
}

/** Broadcasts are changed and signed anew on their way, so both directions are verified first (§3.3). */
function receiveBroadcasts({ signer }: RelayServiceOptions, pair: Pair, dispatch: Dispatch, warn: ThrottledWarn): void {
  const guard = createReplayGuard();
  const drop = (where: string, error: unknown): void => warn({ where, why: (error as Error).message }, dropped);
  onEach(pair.client, (client, frames) => {
    try {
      dispatch({ type: 'broadcast.requested', client, message: openMessage(frames, signer, guard, 0) });
    } catch (error) {
      drop('broadcast of a client', error);
    }
  });
  onEach(pair.engine, (engine, frames) => {
    try {
      const message = openMessage(frames, signer, undefined, 1);
      dispatch({ type: 'broadcast.replied', engine, client: toPeerId(frames[0]!), message });
    } catch (error) {
      drop('broadcast of an engine', error);
    }
  });
}
