// A peer made of nothing but a TCP connection, to say what libzmq never would.
import { once } from 'node:events';
import type { Socket as NetSocket } from 'node:net';
import { createConnection, createServer } from 'node:net';
import { until } from '../until.ts';
import { greeting, ready } from './wire.ts';

export interface RawPeer {
  readonly socket: NetSocket;
  /** All that the other side has said so far. */
  readonly heard: Buffer;
  /** The other side has closed or reset the connection. */
  readonly isEnded: boolean;
  /** Resolves when the bytes were taken by the kernel, or the connection is at its end. */
  say(bytes: Uint8Array): Promise<void>;
  /** Waits until the other side has said so many bytes. */
  hears(count: number): Promise<Buffer>;
  /** Waits until the other side ends the connection. */
  ended(timeoutMs?: number): Promise<void>;
  leave(): void;
}

export interface ConnectOptions {
  readonly port?: number;
  readonly host?: string;
  readonly path?: string;
}

/** `endpoint`: tcp://ADDRESS:PORT or ipc://PATH. */
export function placeOf(endpoint: string): ConnectOptions {
  if (endpoint.startsWith('ipc://')) return { path: endpoint.slice(6) };
  const colon = endpoint.lastIndexOf(':');
  return { host: endpoint.slice(6, colon), port: Number(endpoint.slice(colon + 1)) };
}

export async function connectRaw(endpoint: string): Promise<RawPeer> {
  const socket = createConnection(placeOf(endpoint) as { port: number });
  const peer = rawPeerOf(socket);
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
  return peer;
}

/** Connects and says what a good peer says up to its first message, each part in its turn; gives it when ours has said the same. */
export async function shakeHands(endpoint: string, kind: string, ...properties: readonly Buffer[]): Promise<RawPeer> {
  const peer = await connectRaw(endpoint);
  await peer.say(greeting());
  await peer.hears(64);
  await peer.say(ready(kind, ...properties));
  await peer.hears(66);
  await peer.hears(66 + peer.heard[65]!);
  return peer;
}

function rawPeerOf(socket: NetSocket): RawPeer {
  const chunks: Buffer[] = [];
  let isEnded = false;
  const end = (): void => {
    isEnded = true;
  };
  socket.on('error', end).on('end', end).on('close', end);
  socket.on('data', (chunk) => chunks.push(chunk));
  const peer: RawPeer = {
    socket,
    get heard() {
      return Buffer.concat(chunks);
    },
    get isEnded() {
      return isEnded;
    },
    say: (bytes) =>
      new Promise((done) => {
        if (isEnded) return done();
        const leave = (): void => done();
        socket.once('close', leave);
        socket.write(bytes, () => {
          socket.off('close', leave);
          done();
        });
      }),
    async hears(count) {
      const length = (): number => chunks.reduce((sum, chunk) => sum + chunk.length, 0);
      await until(() => length() >= count, { everyMs: 2, what: () => `${count} bytes from ours; ${length()} came` });
      return peer.heard;
    },
    ended: async (timeoutMs = 30_000) =>
      void (await until(() => isEnded, { timeoutMs, everyMs: 2, what: 'our side ends this connection' })),
    leave: () => socket.destroy(),
  };
  return peer;
}

export interface RawServer extends AsyncDisposable {
  readonly endpoint: string;
  readonly peers: RawPeer[];
}

/** Takes connections on a free port, or on the one of `endpoint`, and says `first` at each. */
export async function listenRaw(first: Uint8Array = new Uint8Array(0), port = 0): Promise<RawServer> {
  const peers: RawPeer[] = [];
  const server = createServer((socket) => {
    peers.push(rawPeerOf(socket));
    socket.write(first);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const bound = (server.address() as { port: number }).port;
  return {
    endpoint: `tcp://127.0.0.1:${bound}`,
    peers,
    async [Symbol.asyncDispose]() {
      for (const peer of peers) peer.leave();
      server.close();
      await once(server, 'close');
    },
  };
}
