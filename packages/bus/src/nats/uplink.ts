// What becomes of connections that come and go: the log, the status, and who uses them.
import type { Logger } from '@muster/telemetry';
import type { ConnectionOptions } from '@nats-io/transport-node';
import { busClosed } from '../errors.ts';
import type { Connection } from './dial.ts';
import type { LinkEvents } from './link.ts';
import { keepLinked } from './link.ts';
import type { BusStatus } from './options.ts';

export interface UplinkOptions {
  /** For each server. */
  readonly servers: readonly ConnectionOptions[];
  readonly log: Logger;
  readonly warn: (fields: object, message: string) => void;
  readonly tell: (status: BusStatus) => void;
  /** Is given each connection when it stands, and undefined when it is gone. */
  readonly use: (connection: Connection | undefined) => void;
  readonly onRefused: () => void;
}

export interface Uplink {
  /** See NatsBus. */
  readonly ready: Promise<void>;
  readonly connection: Connection | undefined;
  /** Closes the connection and makes no other. */
  stop(): Promise<void>;
}

export function createUplink(options: UplinkOptions): Uplink {
  const { log, tell, use } = options;
  const stopping = new AbortController();
  const first = Promise.withResolvers<void>();
  // Nobody has to wait for it.
  first.promise.catch(() => {});
  const waiting = createWaitingLog(log);
  let connection: Connection | undefined;

  const events: LinkEvents = {
    onUp(next, isFirst) {
      const server = next.nats.getServer();
      waiting.reset();
      log.info({ server }, isFirst ? 'bus: connected' : 'bus: connected again');
      connection = next;
      use(next);
      first.resolve();
      tell({ type: isFirst ? 'connected' : 'reconnected', server });
    },
    onDown(why) {
      connection = undefined;
      use(undefined);
      if (stopping.signal.aborted) return;
      log.warn({ why }, 'bus: the connection to NATS is lost');
      tell({ type: 'disconnected', why });
    },
    onWaiting: waiting.say,
    onRefused(error) {
      log.error({ err: error, remedy: error.remedy }, 'bus: refused by NATS');
      options.onRefused();
      first.reject(error);
    },
    onComplaint: (error) => options.warn({ why: error.message }, 'bus: NATS complains'),
  };
  const linked = keepLinked(options.servers, events, stopping.signal);
  return {
    ready: first.promise,
    get connection() {
      return connection;
    },
    async stop() {
      first.reject(busClosed());
      stopping.abort(busClosed());
      await connection?.nats.close();
      await linked;
    },
  };
}

const repeatAfterMs = 30_000;

/** Says that NATS is awaited: at once, when the reason changes, and every half minute. */
function createWaitingLog(log: Logger) {
  let said: { readonly why: string; readonly atMs: number } | undefined;
  return {
    say(why: string, attempts: number): void {
      const nowMs = performance.now();
      if (said?.why === why && nowMs - said.atMs < repeatAfterMs) return;
      said = { why, atMs: nowMs };
      log.warn({ why, attempts }, 'bus: waiting for NATS');
    },
    reset(): void {
      said = undefined;
    },
  };
}
