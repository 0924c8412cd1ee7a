// The bus between processes. NATS only moves facts: nothing is lost for good when it is away or wiped.
import type { Bus } from '../bus.ts';
import { createAsking } from './asking.ts';
import { createHearing } from './hearing.ts';
import { createListening } from './listening.ts';
import type { BusCounts, NatsBusOptions } from './options.ts';
import { connectionOptions, withDefaults } from './options.ts';
import { createReporter } from './reporter.ts';
import { createSender } from './sender.ts';
import { subjectsOf } from './subjects.ts';
import { createUplink } from './uplink.ts';

export interface NatsBus extends Bus {
  /** Resolves when NATS is there for the first time; rejects with MusterError `bus_refused` or `bus_closed`. */
  readonly ready: Promise<void>;
  readonly isConnected: boolean;
  counts(): BusCounts;
  /** Resolves when the server has all subscriptions and all that was published; rejects when it is, or goes, away. */
  flush(): Promise<void>;
}

/** Begins to connect and returns at once: what is published before NATS is there waits. Throws MusterError `bad_option`. */
export function createNatsBus(given: NatsBusOptions): NatsBus {
  const options = withDefaults(given);
  const { log } = options;
  const subjects = subjectsOf(options.clusterId);
  const { warn, tell, missed, onBroken, broken } = createReporter(options);
  const listening = createListening();
  const shared = { ...options, subjects, listening, onBroken };
  const sender = createSender({
    ...shared,
    onDropped: (dropped) => warn({ dropped }, 'bus: too many facts wait for NATS, the oldest are dropped'),
    onTooLarge: (fact, leftOutBytes) => warn({ fact, leftOutBytes }, 'bus: a fact is too large to travel as it is'),
  });
  const asking = createAsking(shared);
  const hearing = createHearing({ ...shared, onMissed: missed.add });
  const uplink = createUplink({
    servers: connectionOptions(options, subjects.inboxes),
    log,
    warn,
    tell,
    use(connection) {
      listening.use(connection?.nats);
      sender.use(connection);
      asking.use(connection?.nats);
    },
    onRefused: asking.close,
  });
  let closing: Promise<void> | undefined;

  async function close(): Promise<void> {
    hearing.close();
    missed.close();
    asking.close();
    if (uplink.connection !== undefined) {
      const { nats } = uplink.connection;
      sender.flush();
      await within(options.closeTimeoutMs, Promise.race([nats.flush(), nats.closed()]));
    }
    if (sender.waiting > 0) log.warn({ facts: sender.waiting }, 'bus: closed before NATS took all facts');
    await uplink.stop();
  }
  return {
    ready: uplink.ready,
    get isConnected() {
      return uplink.connection !== undefined;
    },
    publish(fact) {
      if (closing !== undefined) return;
      try {
        sender.publish(fact);
      } catch (error) {
        log.error({ err: error, fact: fact.type }, 'bus: what was to be published is no fact');
      }
    },
    subscribe: hearing.subscribe,
    ask: asking.ask,
    serve: asking.serve,
    counts: () => ({ ...sender.counts(), ...hearing.counts(), broken: broken() }),
    async flush() {
      if (uplink.connection === undefined) throw new Error('NATS is away');
      const { nats } = uplink.connection;
      sender.flush();
      const gone = nats.closed().then(() => Promise.reject(new Error('NATS went away')));
      await Promise.race([nats.flush(), gone]);
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}

/** Resolves when the work is done, has failed, or the time is over. */
async function within(timeoutMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  const done = work.then(
    () => {},
    () => {},
  );
  await Promise.race([done, late]);
  clearTimeout(timer);
}
