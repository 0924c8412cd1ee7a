import type { OnTransportError, Socket, Transport } from '../port.ts';
import { openZeromqSocket } from './socket.ts';

/** The transport over the `zeromq` package (libzmq). Worker threads share its context. */
export function createZeromqTransport({ onError }: { readonly onError: OnTransportError }): Transport {
  const open = new Set<Socket>();
  return {
    open(options) {
      const socket = openZeromqSocket({ ...options, onError, onClosed: (gone) => open.delete(gone) });
      open.add(socket);
      return socket;
    },
    async close() {
      await Promise.all([...open].map((socket) => socket.close()));
    },
  };
}
