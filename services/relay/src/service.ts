// The relay's shell: sockets of the direct, control, broadcast and iopub channels around the core.
import type { Bus } from '@muster/bus';
import type { Ports } from '@muster/machine';
import { createRunner } from '@muster/machine';
import type { Frames, PeerId, Signer } from '@muster/protocol';
import {
  buildMessage,
  createHeaderSource,
  createReplayGuard,
  errorTable,
  fromPeerId,
  openMessage,
  readMessage,
  toPeerId,
} from '@muster/protocol';
import type { Logger, ThrottledWarn } from '@muster/telemetry';
import { createThrottledWarn } from '@muster/telemetry';
import type { BoundSockets, Received, Socket } from '@muster/transport';
import { spreadBroadcast } from './broadcast-wire.ts';
import type { RelayConfig } from './config.ts';
import type { MirroredChannel, RelayEvent, RelaySend, RelayState } from './core/index.ts';
import { createState, leftovers, step } from './core/index.ts';

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
  stop(): Promise<void>;
}

/** What the log says of a message that is not passed on; anyone who reaches a port can cause it. */
const dropped = 'message dropped';

type RelayChannel = MirroredChannel | 'broadcast';
type Pair = { readonly client: Socket; readonly engine: Socket };

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

  const state = createState(options.config);
  const runner = createRunner<RelayState, RelayEvent, never, RelaySend>({
    state,
    step,
    ports,
    perform: { writes() {}, send: createPerformer(options, pairs, subscribers, warn) },
    onError: (error, event) => warn({ where: event.type, why: (error as Error).message }, dropped),
  });

  for (const channel of ['mux', 'control'] as const) {
    onEach(pairs[channel].client, (peer, frames) =>
      runner.dispatch({ type: 'client.sent', channel, client: peer, frames }),
    );
    onEach(pairs[channel].engine, (peer, frames) =>
      runner.dispatch({ type: 'engine.sent', channel, engine: peer, frames }),
    );
  }
  receiveBroadcasts(options, pairs.broadcast, runner.dispatch, warn);
  onEach(published, (_peer, frames) => runner.dispatch({ type: 'engine.published', frames }));
  const unsubscribe = [
    bus.subscribe('engine.registered', ({ type, engine }) => runner.dispatch({ type, uuid: engine.uuid })),
    bus.subscribe('engine.unregistered', ({ type, engine }) => runner.dispatch({ type, uuid: engine.uuid })),
  ];
  return {
    leftovers: () => leftovers(state),
    async stop() {
      for (const end of unsubscribe) end();
      runner.stop();
      const all = [...Object.values(pairs).flatMap(({ client, engine }) => [client, engine]), published, subscribers];
      await Promise.all(all.map((socket) => socket.close()));
    },
  };
}

function onEach(socket: Socket, receive: (peer: PeerId, frames: Frames) => void): void {
  socket.onMessages((batch: readonly Received[]) => {
    for (const { peer, frames } of batch) receive(peer, frames);
  });
}

/** Broadcasts are changed and signed anew on their way, so both directions are verified first (§3.3). */
function receiveBroadcasts(
  { signer }: RelayServiceOptions,
  pair: Pair,
  dispatch: (event: RelayEvent) => void,
  warn: ThrottledWarn,
): void {
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

/** Performs what the core wants. */
function createPerformer(
  options: RelayServiceOptions,
  pairs: Record<RelayChannel, Pair>,
  subscribers: Socket,
  warn: ThrottledWarn,
): (effect: RelaySend) => void {
  const { bus, signer, ports } = options;
  const headers = createHeaderSource(ports.newId());

  function answer(effect: Extract<RelaySend, { type: 'client.answer' }>): void {
    const { unverified: request } = effect;
    if (request && !signer.verify(request.signature, request.parts))
      return warn({ where: effect.channel, why: errorTable.bad_signature.meaning }, dropped);
    const header = effect.header ?? headers.next(effect.replyType ?? 'apply_reply', ports.clock.nowUs());
    const message = buildMessage(signer, { ...effect, header });
    const { engine } = effect.metadata;
    const prefix = typeof engine === 'string' && effect.channel !== 'broadcast' ? [fromPeerId(engine)] : [];
    pairs[effect.channel].client.send(effect.client, [...prefix, ...message.toWire()]);
  }
  return (effect) => {
    switch (effect.type) {
      case 'engine.send':
        return pairs[effect.channel].engine.send(effect.engine, effect.frames);
      case 'client.send':
        return pairs[effect.channel].client.send(effect.client, effect.frames);
      case 'clients.publish':
        return subscribers.send('', effect.frames);
      case 'engines.broadcast':
        return spreadBroadcast(effect.request, signer, (uuid, frames) => pairs.broadcast.engine.send(uuid, frames));
      case 'client.answer':
        return answer(effect);
      case 'direct.request':
        return bus.publish({
          type: 'direct.requested',
          engineUuid: effect.engine,
          message: readMessage(effect.frames, 0),
        });
      case 'direct.reply':
        return bus.publish({
          type: 'direct.replied',
          engineUuid: effect.engine,
          message: readMessage(effect.frames, 0),
        });
      case 'iopub.copy':
        return bus.publish({ type: 'iopub.published', message: readMessage(effect.frames, 0) });
      case 'message.drop':
        return warn({ where: effect.where, why: effect.why }, dropped);
    }
  };
}
