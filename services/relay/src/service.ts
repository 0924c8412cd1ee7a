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
import type { BoundSockets, Post, Received, Socket } from '@muster/transport';
import { createPlainPost, createPost, isConnection } from '@muster/transport';
import type { RelayConfig } from './config.ts';
import type { RelayEvent, RelaySend, RelayState } from './core/index.ts';
import { countsOf, createState, defaultSettings, leftovers, step } from './core/index.ts';
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
  /** What there is now; `dropped` counts messages that were not passed on since the start. */
  counts(): ReturnType<typeof countsOf> & { readonly dropped: number };
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

async function openPair(sockets: BoundSockets, channel: RelayChannel, returnMs: number): Promise<Pair> {
  const [clientSide, engineSide] = identities[channel];
  const engine = await sockets.open({ kind: 'router', channel, side: 'engine', identity: engineSide });
  const tellsConnections = returnMs > 0;
  const client = await sockets.open({
    kind: 'router',
    channel,
    side: 'client',
    identity: clientSide,
    tellsConnections,
  });
  const { send } = client;
  if (!tellsConnections) return { engine, client, post: createPlainPost(send) };
  const endMs = performance.now() + returnMs;
  return { engine, client, post: createPost({ send, isReturning: () => performance.now() < endMs }) };
}

/** Opens the relay's eight sockets and wires the core to them. Rejects with MusterError `port_in_use`. */
export async function createRelayService(options: RelayServiceOptions): Promise<RelayService> {
  const { sockets, bus, ports } = options;
  const say = createThrottledWarn(options.log, ports.clock);
  let drops = 0;
  const warn: ThrottledWarn = (fields, message) => {
    if (message === dropped) drops++;
    say(fields, message);
  };
  const pair = (channel: RelayChannel): Promise<Pair> => openPair(sockets, channel, options.config.returnMs);
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
  let isKnown = false;
  let isUnheard = false;
  const lister = createEngineLister({
    bus,
    log: options.log,
    onListed({ engines }) {
      runner.dispatch({ type: 'engines.listed', uuids: engines.map((engine) => engine.uuid) });
      // A hub that was away when the relay started has to look after what was lost with the relay before.
      if (isUnheard) bus.publish({ type: 'service.started', service: 'relay' });
      isUnheard = false;
      isKnown = true;
    },
    onUnanswered() {
      isUnheard = !isKnown;
    },
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
    receiveMirrored(options, pairs, runner.dispatch);
    receiveBroadcasts(options, pairs.broadcast, runner.dispatch, warn);
    onEach(published, (_peer, frames) => runner.dispatch({ type: 'engine.published', frames }));
  };
  // Messages wait in the sockets until then.
  if (settleMs === 0) read();
  else pause(settleMs, undefined, { signal: stopping.signal }).then(read, () => {});
  return {
    leftovers: () => leftovers(state),
    counts: () => ({ ...countsOf(state), dropped: drops }),
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
    bus.subscribe('engine.dismissed', ({ type, engineUuid, message }) =>
      dispatch({ type, engine: engineUuid, frames: message.toWire() }),
    ),
    bus.subscribe('direct.lost', ({ engineUuid, session, message }) =>
      dispatch({ type: 'request.lost', engine: engineUuid, session, frames: message.toWire() }),
    ),
  ];
}

function receiveMirrored({ signer }: RelayServiceOptions, pairs: Record<RelayChannel, Pair>, dispatch: Dispatch): void {
  for (const channel of ['mux', 'control'] as const) {
    const { post } = pairs[channel];
    onEach(pairs[channel].client, (client, frames) => {
      if (post.isUnknown(client)) {
        if (isConnection(frames)) return post.connected(client);
        identify(post, client, frames, signer);
      }
      dispatch({ type: 'client.sent', channel, client, frames });
    });
    onEach(pairs[channel].engine, (engine, frames) => dispatch({ type: 'engine.sent', channel, engine, frames }));
  }
}

function onEach(socket: Socket, receive: (peer: PeerId, frames: Frames) => void): void {
  socket.onMessages((batch: readonly Received[]) => {
    for (const { peer, frames } of batch) receive(peer, frames);
  });
}

/** Who cannot sign is nobody's client. */
function identify(post: Post, client: PeerId, frames: Frames, signer: Signer): void {
  try {
    post.identified(client, openMessage(frames, signer).header.session);
  } catch {}
}

/** Broadcasts are changed and signed anew on their way, so both directions are verified first (§3.3). */
function receiveBroadcasts({ signer }: RelayServiceOptions, pair: Pair, dispatch: Dispatch, warn: ThrottledWarn): void {
  const guard = createReplayGuard();
  const drop = (where: string, error: unknown): void => warn({ where, why: (error as Error).message }, dropped);
  const { post } = pair;
  onEach(pair.client, (client, frames) => {
    if (post.isUnknown(client) && isConnection(frames)) return post.connected(client);
    try {
      const message = openMessage(frames, signer, guard, 0);
      if (post.isUnknown(client)) post.identified(client, message.header.session);
      dispatch({ type: 'broadcast.requested', client, message });
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
