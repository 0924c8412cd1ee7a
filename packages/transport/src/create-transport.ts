import type { TransportName } from './names.ts';
import { transportNames } from './names.ts';
import type { OnTransportError, Transport } from './port.ts';
import { createZeromqTransport } from './zeromq/transport.ts';
import { createZmtpTransport } from './zmtp/transport.ts';

export interface TransportOptions {
  /** Default: the first of `transportNames`. */
  readonly name?: TransportName | undefined;
  readonly onError: OnTransportError;
}

/** The transport that services, engines and clients use. On zmtp, sockets with CURVE are zeromq's. */
export function createTransport({ name = transportNames[0], onError }: TransportOptions): Transport {
  if (name === 'zeromq') return createZeromqTransport({ onError });
  const zmtp = createZmtpTransport({ onError });
  let zeromq: Transport | undefined;
  return {
    open(options) {
      if (options.curve === undefined) return zmtp.open(options);
      zeromq ??= createZeromqTransport({ onError });
      return zeromq.open(options);
    },
    async close() {
      await Promise.all([zmtp.close(), zeromq?.close()]);
    },
  };
}
