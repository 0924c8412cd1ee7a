// Buses for tests against a real server.
import type { Logger } from '@muster/telemetry';
import { until } from '@muster/testkit';
import type { NatsBus } from '../nats/create-nats-bus.ts';
import { createNatsBus } from '../nats/create-nats-bus.ts';
import type { BusStatus, NatsBusOptions } from '../nats/options.ts';

export interface TestBus extends NatsBus, AsyncDisposable {
  readonly statuses: BusStatus[];
  /** Lines of its log, as `message {fields}`. */
  readonly lines: string[];
  says(text: string, timeoutMs?: number): Promise<void>;
  /** Resolves when a status of that type has come that often. */
  becomes(type: BusStatus['type'], times?: number): Promise<void>;
}

export function openBus(server: string, more: Partial<NatsBusOptions> = {}): TestBus {
  const statuses: BusStatus[] = [];
  const lines: string[] = [];
  const write = (fields: object, message: string): void => {
    const error = (fields as { err?: Error }).err?.message;
    lines.push(`${message} ${JSON.stringify({ ...fields, err: error })}`);
  };
  const log: Logger = { debug: write, info: write, warn: write, error: write, child: () => log };
  const bus = createNatsBus({
    servers: [server],
    clusterId: 'lab',
    name: 'test',
    log,
    onError: (error) => lines.push(`subscriber: ${error}`),
    onStatus: (status) => statuses.push(status),
    ...more,
  });
  // Not by spreading: some members are getters.
  return Object.assign(Object.create(bus) as NatsBus, {
    statuses,
    lines,
    says: async (text: string, timeoutMs = 10_000) => {
      const what = (): string => `the bus says '${text}'; it said:\n${lines.join('\n')}`;
      await until(() => lines.some((line) => line.includes(text)), { what, timeoutMs });
    },
    becomes: async (type: BusStatus['type'], times = 1) => {
      const what = (): string => `the bus is ${type}; it was ${JSON.stringify(statuses)}`;
      await until(() => statuses.filter((status) => status.type === type).length >= times, { what });
    },
    [Symbol.asyncDispose]: () => bus.close(),
  });
}

/** Both connected, and what they have subscribed by now is in force. */
export async function settle(...buses: NatsBus[]): Promise<void> {
  for (const bus of buses) {
    await bus.ready;
    await bus.flush();
  }
}
