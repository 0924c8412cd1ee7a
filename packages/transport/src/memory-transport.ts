import type { Schedule } from './memory-network.ts';
import { createNetwork } from './memory-network.ts';
import { openMemorySocket } from './memory-socket.ts';
import type { OnTransportError, Socket, Transport } from './port.ts';

export interface MemoryTransportOptions {
  /**
   * Runs each step of the network later: a link made, a batch delivered. Default `setImmediate`. A simulation gives its own:
   * steps may run in any order and after any delay, messages of one connection stay in order.
   */
  readonly schedule?: Schedule;
  /** Default: throws, outside of any call, so that a broken receiver is not overlooked. */
  readonly onError?: OnTransportError;
}

const throwLater: OnTransportError = (error) => {
  queueMicrotask(() => {
    throw error;
  });
};

/** The twin of the ZeroMQ transport inside one process: its sockets reach each other, and nobody else. */
export function createMemoryTransport(options: MemoryTransportOptions = {}): Transport {
  const { schedule = (step) => void setImmediate(step), onError = throwLater } = options;
  const network = createNetwork(schedule);
  const open = new Set<Socket>();
  return {
    open(socketOptions) {
      const socket = openMemorySocket({ ...socketOptions, network, onError, onClosed: (gone) => open.delete(gone) });
      open.add(socket);
      return socket;
    },
    async close() {
      await Promise.all([...open].map((socket) => socket.close()));
    },
  };
}
