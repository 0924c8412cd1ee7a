// Puts a client together: sockets, book, watch, views.
import { createSystemClock, newId } from '@muster/machine/node';
import type { ClientConnection, Message } from '@muster/protocol';
import { MusterError } from '@muster/protocol';
import type { Transport } from '@muster/transport';
import { createHmacSigner } from '@muster/transport';
import { createAsking } from './asking.ts';
import { createAudit } from './audit.ts';
import { createBroadcastView } from './broadcast-view.ts';
import type { Channels, SendChannel } from './channels.ts';
import { openChannels } from './channels.ts';
import type { Client, ClientEvents } from './client.ts';
import { createEngineList } from './core/engine-list.ts';
import { createLedger } from './core/ledger.ts';
import { createDirectView } from './direct-view.ts';
import { createEmitter } from './emitter.ts';
import { askEngines, createEngineControl } from './engine-control.ts';
import { createEngineNews } from './engine-news.ts';
import { createHubQueries } from './hub-queries.ts';
import { createHubResults } from './hub-results.ts';
import type { ClientLimits } from './limits.ts';
import { createLoadBalancedView } from './load-balanced-view.ts';
import { createMessageSource, createSession } from './session.ts';
import { waitForEngines } from './wait-for-engines.ts';
import { createWatching } from './watching.ts';

export interface OpenClientOptions {
  readonly transport: Transport;
  readonly connection: ClientConnection;
  readonly limits: ClientLimits;
  readonly username: string;
  /** Ends what the sockets go through. */
  readonly closeRoute?: () => Promise<void>;
}

/** Opens the sockets at once; `hello` resolves when the controller has answered. */
export function openClient({ transport, connection, limits, username, closeRoute }: OpenClientOptions): {
  client: Client;
  hello(timeoutMs: number): Promise<void>;
  transportFailed(error: Error): void;
} {
  const clock = createSystemClock();
  const session = newId();
  const signer = createHmacSigner(connection.key);
  const build = createMessageSource(signer, session, username, clock.nowUs);
  const engines = createEngineList();
  const events = createEmitter<ClientEvents>();
  const engineOf = (uuid: string) => engines.engines.find((engine) => engine.uuid === uuid);
  const ledger = createLedger(
    { maxOutputBytes: limits.maxOutputBytes, outputGraceUs: limits.outputGraceMs * 1000 },
    engineOf,
  );
  const counters = { received: 0, dropped: {} as Record<string, number>, stale: 0 };
  let closed: Promise<void> | undefined;

  function send(channel: SendChannel, message: Message, engineUuid?: Uint8Array): void {
    if (closed !== undefined) throw new MusterError('client_closed');
    channels.send(channel, message, engineUuid);
  }
  const asking = createAsking(build, send, limits.askTimeoutMs);
  const news = createEngineNews({ engines, ledger, asking, events });
  const channels: Channels = openChannels({
    transport,
    connection,
    signer,
    session,
    handlers: {
      reply(channel, message) {
        const isQuestion = channel === 'registration' || channel === 'control';
        const known = isQuestion ? asking.replied(message) : ledger.replied(message, clock.nowUs());
        if (!known) counters.stale++;
      },
      notified(message) {
        if (news.notified(message) === 'stopped') void close();
      },
      published: ledger.published,
      heard() {
        counters.received++;
        watching.heard();
      },
      dropped(reason) {
        counters.dropped[reason] = (counters.dropped[reason] ?? 0) + 1;
      },
    },
  });
  const control = {
    nowUs: clock.nowUs,
    abort: (tasks: readonly { msgId: string }[]) =>
      engines.ids.length === 0 || tasks.length === 0
        ? Promise.resolve()
        : engineControl.abort({ msgIds: tasks.map((task) => task.msgId) }),
  };
  const parts = { engines, ledger, control, send, maxOpen: limits.maxOpenTasks };
  const work = createSession({ ...parts, ask: asking.ask, waiting: () => watching.begin() }, build);
  const engineControl = createEngineControl(work);
  const hub = createHubQueries(work);
  const hubResults = createHubResults({ session: work, control, engineOf, maxOutputBytes: limits.maxOutputBytes });
  const audit = createAudit({ ledger, hub, results: hubResults });
  const watching = createWatching({ limits, ledger, news, audit, events, nowUs: clock.nowUs });

  function close(): Promise<void> {
    closed ??= (async () => {
      const gone = new MusterError('client_closed');
      ledger.failAll(() => gone);
      asking.failAll(gone);
      watching.end();
      await channels.close();
      await closeRoute?.();
    })();
    return closed;
  }
  const client: Client = {
    ...hub,
    ...engineControl,
    getResult: hubResults.getResult,
    resubmit: hubResults.resubmit,
    session,
    get ids() {
      return engines.ids;
    },
    get engines() {
      return engines.engines;
    },
    counters,
    get load() {
      return { tasks: ledger.open, trailing: ledger.trailing, questions: asking.open };
    },
    waitForEngines: (count, options) => waitForEngines(engines, events, count, options),
    view: (targets: never, options: never) => createDirectView<never>(work, targets ?? 'all', options),
    loadBalancedView: (options) => createLoadBalancedView(work, options),
    broadcastView: (options) => createBroadcastView(work, options),
    async shutdown({ hub = false, restart = false, ...options } = {}) {
      if (engines.ids.length > 0) await askEngines(work, options, () => ['shutdown_request', { restart }]);
      if (!hub) return;
      try {
        await asking.ask('shutdown_request', {});
      } catch (error) {
        // The notification that everything stops can overtake the answer, on its own socket: that is an answer too.
        if (closed === undefined) throw error;
      }
      await close();
    },
    on: events.on,
    close,
    [Symbol.asyncDispose]: close,
  };
  return {
    client,
    hello: (timeoutMs) => news.compare(timeoutMs),
    transportFailed: (error) => events.emit('transport.failed', error),
  };
}
