// The bus of a program: it waits for NATS however long it takes, and says so.
import type { BusStatus, NatsBus } from '@muster/bus/nats';
import { createNatsBus } from '@muster/bus/nats';
import type { SharedServiceValues } from '@muster/config';
import { readNatsAddress } from '@muster/config';
import { MusterError } from '@muster/protocol';
import type { Logger } from '@muster/telemetry';
import type { Readiness } from './readiness.ts';
import { pause } from './stopping.ts';

export interface OpenBusOptions {
  readonly values: SharedServiceValues;
  readonly name: string;
  readonly log: Logger;
  readonly readiness: Readiness;
  /** Facts may have been lost. */
  readonly onGap: (why: string) => void;
  readonly signal: AbortSignal;
}

const part = 'NATS';
const retryMs = 3000;

/**
 * Resolves to a bus that is connected, or undefined when the signal came first. A NATS that refuses us is asked again: its
 * administrator may be about to let us in. Rejects with MusterError `bad_option` for settings that cannot be.
 */
export async function openBus(options: OpenBusOptions): Promise<NatsBus | undefined> {
  const { values, name, log, readiness, signal } = options;
  const address = readNatsAddress(values);
  readiness.set(part, 'not connected yet');
  while (!signal.aborted) {
    const bus = createNatsBus({
      ...address,
      clusterId: values.clusterId,
      name: `muster-${values.clusterId}-${name}`,
      log,
      onError: (error, fact) => log.error({ err: error, fact: fact.type }, 'a fact could not be handled'),
      onStatus: (status) => onStatus(status, options),
    });
    const giveUp = (): void => void bus.close();
    signal.addEventListener('abort', giveUp);
    try {
      await bus.ready;
      return bus;
    } catch (error) {
      await bus.close();
      if (signal.aborted) return undefined;
      if (!(error instanceof MusterError) || error.code !== 'bus_refused') throw error;
      readiness.set(part, error.message);
      await pause(retryMs, signal);
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }
  return undefined;
}

function onStatus(status: BusStatus, { readiness, onGap }: OpenBusOptions): void {
  switch (status.type) {
    case 'connected':
      return readiness.set(part, undefined);
    case 'disconnected':
      return readiness.set(part, status.why);
    case 'reconnected':
      readiness.set(part, undefined);
      return onGap('NATS was away');
    case 'missed':
      return onGap('facts were missed');
  }
}
