// A TCP proxy between two peers that can do to their connections what networks do: be cut, be reset, or go silent without a word.
import { once } from 'node:events';
import type { Socket as NetSocket } from 'node:net';
import { createConnection, createServer } from 'node:net';
import { placeOf } from './raw-peer.ts';

export interface Proxy extends AsyncDisposable {
  readonly endpoint: string;
  /** How many connections there were. */
  readonly connections: number;
  /** Carries nothing any more between those that are connected, in neither direction; both stay open. New ones are carried. */
  goSilent(): void;
  /** Ends all connections, by FIN or by RST. */
  cut(how: 'end' | 'reset'): void;
  /** Refuses new connections, or takes them again. */
  isOpen: boolean;
}

/** `chunkBytes`: carries at most so many bytes at once, so that everything arrives in pieces. */
export async function startProxy(target: string, chunkBytes = Number.POSITIVE_INFINITY): Promise<Proxy> {
  const live = new Set<[NetSocket, NetSocket]>();
  let count = 0;
  const server = createServer({ noDelay: true }, (near) => {
    if (!proxy.isOpen) return near.resetAndDestroy();
    count++;
    const far = createConnection({ ...(placeOf(target) as { port: number }), noDelay: true });
    const pair: [NetSocket, NetSocket] = [near, far];
    live.add(pair);
    carry(near, far, chunkBytes);
    carry(far, near, chunkBytes);
    for (const socket of pair)
      socket.on('close', () => {
        live.delete(pair);
        near.destroy();
        far.destroy();
      });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: Proxy = {
    endpoint: `tcp://127.0.0.1:${(server.address() as { port: number }).port}`,
    get connections() {
      return count;
    },
    goSilent() {
      for (const pair of live) for (const socket of pair) socket.removeAllListeners('data').pause();
    },
    cut(how) {
      for (const pair of live) for (const socket of pair) how === 'end' ? socket.end() : socket.resetAndDestroy();
    },
    isOpen: true,
    async [Symbol.asyncDispose]() {
      for (const pair of live) for (const socket of pair) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}

function carry(from: NetSocket, to: NetSocket, chunkBytes: number): void {
  from.on('error', () => {});
  from.on('end', () => to.end());
  from.on('data', (chunk) => {
    let isTaken = true;
    for (let at = 0; at < chunk.length; at += chunkBytes)
      isTaken = to.write(chunk.subarray(at, Math.min(chunk.length, at + chunkBytes)));
    if (isTaken) return;
    from.pause();
    to.once('drain', () => from.resume());
  });
}
