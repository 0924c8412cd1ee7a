import type { TransportName } from './names.ts';
import { transportNames } from './names.ts';
import type { OnTransportError, Transport } from './port.ts';
import { createZeromqTransport } from './zeromq/transport.ts';
import type { ZmtpCounters } from './zmtp/counters.ts';
import { createZmtpTransport } from './zmtp/transport.ts';

export interface TransportOptions {
  /** Default: the first of `transportNames`. */
  readonly name?: TransportName | undefined;
  readonly onError: OnTransportError;
}

export interface CountingTransport extends Transport {
  /** Of what zmtp carries; the native library counts nothing. */
  readonly counters: Readonly<ZmtpCounters> | undefined;
}

/** The transport that services, engines and clients use. On zmtp, sockets with CURVE are zeromq's. */
export function createTransport({ name = transportNames[0], onError }: TransportOptions): CountingTransport {
  if (name === 'zeromq') return { ...createZeromqTransport({ onError }), counters: undefined };
  const zmtp = createZmtpTransport({ onError });
  let zeromq: Transport | undefined;
  return {
    counters: zmtp.counters,
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
