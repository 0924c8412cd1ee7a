// The fixed ports of a program. Whoever had them before may still be about to let go of them.
import { planFixedPorts, readCurveSecrets } from '@muster/config';
import { MusterError } from '@muster/protocol';
import type { Logger } from '@muster/telemetry';
import type { BoundSockets, Transport } from '@muster/transport';
import { chooseCurve, createBoundSockets, resolveAddress, transportInUse, warnWhenOpen } from '@muster/transport';
import type { ServiceValues } from './settings.ts';
import { pause } from './stopping.ts';

export interface OpenSocketsOptions {
  readonly values: ServiceValues;
  readonly key: string;
  readonly transport: Transport;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

const patienceMs = 5000;
const retryMs = 100;

/** Sockets on the fixed ports. Throws MusterError `bad_option`; opening one rejects with `port_in_use` after 5 s. */
export async function prepareSockets(options: OpenSocketsOptions): Promise<BoundSockets> {
  const { values, key, transport, log, signal } = options;
  const curve = chooseCurve({ ...values, ...readCurveSecrets(values) });
  const address = await resolveAddress(values.ip);
  warnWhenOpen([address], curve, key, log);
  log.info({ transport: transportInUse(values.transport, curve !== undefined), ip: values.ip }, 'listening');
  const sockets = createBoundSockets({
    transport,
    addresses: { client: address, engine: address },
    plan: planFixedPorts(values.basePort),
    curve,
    maxFrameBytes: values.maxMessageBytes,
  });
  return {
    async open(wanted) {
      const deadline = performance.now() + patienceMs;
      for (let attempt = 0; ; attempt++) {
        try {
          return await sockets.open(wanted);
        } catch (error) {
          const isTaken = error instanceof MusterError && error.code === 'port_in_use';
          if (!isTaken || signal.aborted || performance.now() > deadline) throw explain(error);
          if (attempt === 0) log.warn({ why: error.message }, 'waiting for a port');
          await pause(retryMs, signal);
        }
      }
    },
  };
}

const explain = (error: unknown): unknown =>
  error instanceof MusterError && error.code === 'port_in_use'
    ? new MusterError(
        'port_in_use',
        error.message,
        'Stop the program that holds it: perhaps this service runs already, or another cluster has the same --base-port.',
      )
    : error;
