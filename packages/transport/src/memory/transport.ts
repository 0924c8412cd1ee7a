import type { OnTransportError, Socket, SocketOptions, Transport } from '../port.ts';
import type { Schedule } from './network.ts';
import { createNetwork } from './network.ts';
import { openMemorySocket } from './socket.ts';

export interface MemoryTransportOptions {
  /**
   * Runs each step of the network later: a link made, a batch delivered. Default `setImmediate`. A simulation gives its own:
   * steps may run in any order and after any delay, messages of one connection stay in order. It is told the options of the
   * socket that connects, so that it can hold up the connections of one peer.
   */
  readonly schedule?: Schedule;
  /** Default: throws, outside of any call, so that a broken receiver is not overlooked. */
  readonly onError?: OnTransportError;
}

export interface MemoryTransport extends Transport {
  /**
   * Breaks the connections of all sockets (those that connect) of which `isOf` is true; they are made again. What was on its
   * way to such a socket is lost; of what it has sent, `lose` says how many of the `waiting` messages are.
   */
  breakLinks(isOf: (dialler: SocketOptions) => boolean, lose: (waiting: number) => number): void;
}

const throwLater: OnTransportError = (error) => {
  queueMicrotask(() => {
    throw error;
  });
};

/** The twin of the ZeroMQ transport inside one process: its sockets reach each other, and nobody else. */
export function createMemoryTransport(options: MemoryTransportOptions = {}): MemoryTransport {
  const { schedule = (step) => void setImmediate(step), onError = throwLater } = options;
  const network = createNetwork(schedule);
  const open = new Set<Socket>();
  return {
    open(socketOptions) {
      const socket = openMemorySocket({ ...socketOptions, network, onError, onClosed: (gone) => open.delete(gone) });
      open.add(socket);
      return socket;
    },
    breakLinks: network.breakLinks,
    async close() {
      await Promise.all([...open].map((socket) => socket.close()));
    },
  };
}
