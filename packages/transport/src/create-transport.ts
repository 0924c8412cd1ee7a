import type { OnTransportError, Transport } from './port.ts';
import { createZeromqTransport } from './zeromq/transport.ts';

/** The transports there are, the default first. */
export const transportNames = ['zeromq'] as const;
export type TransportName = (typeof transportNames)[number];

export interface TransportOptions {
  /** Default: the first of `transportNames`. */
  readonly name?: TransportName | undefined;
  readonly onError: OnTransportError;
}

/** The transport that services, engines and clients use. */
export function createTransport({ onError }: TransportOptions): Transport {
  return createZeromqTransport({ onError });
}
