import type { BoundSockets, Channel, Side, Transport } from '@muster/transport';

/** Binding sockets for a service under test: any free port of loopback. */
export interface LoopbackSockets extends BoundSockets {
  /** Where a channel listens. Throws when the service has not opened it. */
  endpoint(channel: Channel, side: Side): string;
}

export function loopbackSockets(transport: Transport): LoopbackSockets {
  const endpoints = new Map<string, string>();
  function endpoint(channel: Channel, side: Side): string {
    const bound = endpoints.get(`${channel} ${side}`);
    if (bound === undefined) throw new Error(`the service has no socket for ${channel} of ${side}s`);
    return bound;
  }
  return {
    async open({ side, channel, ...options }) {
      const socket = transport.open(options);
      endpoints.set(`${channel} ${side}`, await socket.bind('tcp://127.0.0.1:0'));
      return socket;
    },
    endpoint,
  };
}
