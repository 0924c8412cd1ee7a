import type { TransportName } from './names.ts';
import type { OnTransportError, Transport } from './port.ts';
import { createZeromqTransport } from './zeromq/transport.ts';

export interface TransportOptions {
  /** Default: the first of `transportNames`. */
  readonly name?: TransportName | undefined;
  readonly onError: OnTransportError;
}

/** The transport that services, engines and clients use. */
export function createTransport({ onError }: TransportOptions): Transport {
  return createZeromqTransport({ onError });
}
