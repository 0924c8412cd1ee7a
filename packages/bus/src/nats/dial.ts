// One attempt to connect. When it fails or is given up, nothing of it is left: the library forgets sockets of servers that
// accept a connection and say nothing, so they are collected here as they are made.
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { ConnectionOptions, NatsConnection } from '@nats-io/transport-node';
import { connect } from '@nats-io/transport-node';

export interface Connection {
  readonly nats: NatsConnection;
  /** Cuts it off without a word; `nats.closed()` resolves soon after. */
  cut(): void;
}

interface Attempt {
  readonly sockets: Set<Socket>;
  /** What runs later on behalf of this connection, as subscribers do, may open sockets of its own. */
  isOver: boolean;
}

const attempts = new AsyncLocalStorage<Attempt>();
let isWatching = false;

function watchSockets(): void {
  if (isWatching) return;
  isWatching = true;
  subscribe('net.client.socket', (message) => {
    const attempt = attempts.getStore();
    if (attempt?.isOver === false) attempt.sockets.add((message as { socket: Socket }).socket);
  });
}

/** Rejects with what the library or the network says, at the latest when the signal comes. */
export async function dial(options: ConnectionOptions, signal: AbortSignal): Promise<Connection> {
  watchSockets();
  signal.throwIfAborted();
  const attempt: Attempt = { sockets: new Set(), isOver: false };
  const cut = (): void => {
    for (const socket of attempt.sockets) socket.destroy();
  };
  const connecting = attempts.run(attempt, () => connect(options));
  const givenUp = Promise.withResolvers<never>();
  const giveUp = (): void => givenUp.reject(signal.reason);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    return { nats: await Promise.race([connecting, givenUp.promise]), cut };
  } catch (error) {
    cut();
    // It may still come to something, when it was given up at the last moment.
    connecting.then(
      (nats) => nats.close(),
      () => {},
    );
    throw error;
  } finally {
    attempt.isOver = true;
    signal.removeEventListener('abort', giveUp);
  }
}
