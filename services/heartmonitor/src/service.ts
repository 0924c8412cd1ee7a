// The heartmonitor's shell: pings out by PUB, pongs in by ROUTER, facts to and from the bus.
import type { Bus } from '@muster/bus';
import { createEngineLister } from '@muster/bus';
import type { Ports } from '@muster/machine';
import { createRunner } from '@muster/machine';
import { decodeLatin1, encodeText } from '@muster/protocol';
import type { Logger } from '@muster/telemetry';
import type { BoundSockets, Received } from '@muster/transport';
import type { HeartmonitorConfig } from './config.ts';
import type { HeartmonitorEvent, HeartmonitorSend, HeartmonitorState } from './core/index.ts';
import { countsOf, createState, defaultSettings, leftovers, step } from './core/index.ts';

export interface HeartmonitorServiceOptions {
  readonly sockets: BoundSockets;
  readonly bus: Bus;
  readonly ports: Ports;
  readonly log: Logger;
  readonly config: HeartmonitorConfig;
}

export interface HeartmonitorService {
  /** Begins to ping. The hub must listen on the bus by then. */
  start(): void;
  /** What is remembered of engines; empty when there are none. */
  leftovers(): string[];
  counts(): ReturnType<typeof countsOf>;
  /** Asks the hub which engines there are until it answers; see EngineLister. For a heartmonitor that runs apart. */
  resync(): Promise<void>;
  stop(): Promise<void>;
}

/** A ping's text is short; longer ones are garbage. */
const longestPong = 64;

/** Opens the two sockets of the heartbeat (§2.6) and wires the core to them. Rejects with MusterError `port_in_use`. */
export async function createHeartmonitorService(options: HeartmonitorServiceOptions): Promise<HeartmonitorService> {
  const { bus, ports, log, config } = options;
  const pings = await options.sockets.open({ kind: 'pub', channel: 'hb_ping', side: 'engine' });
  const pongs = await options.sockets.open({ kind: 'router', channel: 'hb_pong', side: 'engine' });
  const settings = { ...defaultSettings, periodUs: config.periodMs * 1000, maxMisses: config.maxMisses };
  const state = createState(settings, ports.clock.nowUs());
  const runner = createRunner<HeartmonitorState, HeartmonitorEvent, never, HeartmonitorSend>({
    state,
    step,
    ports,
    perform: { writes() {}, send },
    onError: (error, event) => log.error({ err: error, event: event.type }, 'heartmonitor failed at an event'),
  });

  function send(effect: HeartmonitorSend): void {
    if (effect.type === 'ping.publish') pings.send('', [encodeText(effect.text)]);
    else if (effect.type === 'heart.start') bus.publish({ type: 'heart.started', uuid: effect.uuid });
    else {
      log.warn({ engineUuid: effect.uuid, misses: config.maxMisses }, 'engine stopped answering pings');
      bus.publish({ type: 'heart.stopped', uuid: effect.uuid });
    }
  }
  function receive({ peer, frames }: Received): void {
    const text = frames[0];
    if (frames.length !== 1 || text === undefined || text.length > longestPong) return;
    runner.dispatch({ type: 'pong.received', uuid: peer, text: decodeLatin1(text) });
  }
  pongs.onMessages((batch) => {
    for (const message of batch) receive(message);
  });
  const lister = createEngineLister({
    bus,
    log,
    onListed: ({ engines, pending }) =>
      runner.dispatch({ type: 'engines.listed', uuids: engines.map(({ uuid }) => uuid), pending }),
  });
  const unsubscribe = [
    bus.subscribe('registration.pending', (fact) => runner.dispatch(fact)),
    bus.subscribe('registration.ended', (fact) => runner.dispatch(fact)),
    bus.subscribe('engine.registered', ({ type, engine }) => runner.dispatch({ type, uuid: engine.uuid })),
    bus.subscribe('engine.unregistered', ({ type, engine }) => runner.dispatch({ type, uuid: engine.uuid })),
  ];
  return {
    leftovers: () => leftovers(state),
    counts: () => countsOf(state),
    start: () => runner.dispatch({ type: 'monitor.started' }),
    resync: lister.resync,
    async stop() {
      for (const end of unsubscribe) end();
      lister.stop();
      runner.stop();
      await Promise.all([pings.close(), pongs.close()]);
    },
  };
}
