// Goes once through a forward, as a peer would.
import { connect } from 'node:net';

/** `heard`: somebody at its other end speaks. `closed`: there is nobody, or no way to them. `silent`: nothing came in time. */
export type Passage = 'heard' | 'closed' | 'silent';

export function goThrough(port: number, timeoutMs: number): Promise<Passage> {
  const { promise, resolve } = Promise.withResolvers<Passage>();
  const socket = connect({ host: '127.0.0.1', port });
  const timer = setTimeout(() => resolve('silent'), timeoutMs);
  // ZeroMQ peers greet whoever comes.
  socket.once('data', () => resolve('heard'));
  socket.once('error', () => resolve('closed'));
  socket.once('close', () => resolve('closed'));
  return promise.finally(() => {
    clearTimeout(timer);
    socket.destroy();
  });
}
