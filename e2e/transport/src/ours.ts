// Our own transports as tests use them: what is opened ends with the test.
import type { Frames } from '@muster/protocol';
import type { Received, Socket, SocketKind, SocketOptions, Transport, TransportName } from '@muster/transport';
import { createTransport } from '@muster/transport';
import { onTestFinished } from 'vitest';
import { bytesOf, textOf } from './messages.ts';
import { until } from './until.ts';

export interface Ours {
  readonly transport: Transport;
  /** What went to onError. */
  readonly errors: string[];
  open(kind: SocketKind, options?: Omit<SocketOptions, 'kind'>): Socket;
}

export function startOurs(name: TransportName): Ours {
  const errors: string[] = [];
  const transport = createTransport({ name, onError: (error) => errors.push(error.message) });
  onTestFinished(() => transport.close());
  return { transport, errors, open: (kind, options) => transport.open({ kind, ...options }) };
}

/** All that came in at a socket since this was made. */
export interface Inbox {
  readonly received: Received[];
  frames(): Frames[];
  /** The first frames as texts. */
  texts(): string[];
  /** Resolves to all of them when there are that many. */
  wait(count: number, timeoutMs?: number): Promise<Received[]>;
}

export function inboxOf(socket: Socket): Inbox {
  const received: Received[] = [];
  socket.onMessages((batch) => received.push(...batch));
  return {
    received,
    frames: () => received.map(({ frames }) => frames),
    texts: () => received.map(({ frames }) => textOf(frames[0])),
    async wait(count, timeoutMs = 30_000) {
      await until(() => received.length >= count, {
        timeoutMs,
        everyMs: 2,
        what: () => `${count} messages at ours; ${received.length} came`,
      });
      return received;
    },
  };
}

/** Answers every message by its own frames; gives the peers that it heard. */
export function echo(socket: Socket): Set<string> {
  const peers = new Set<string>();
  socket.onMessages((batch) => {
    for (const { peer, frames } of batch) {
      peers.add(peer);
      socket.send(peer, frames);
    }
  });
  return peers;
}

/** Sends texts as frames. */
export const say = (socket: Socket, peer: string, ...words: string[]): void => socket.send(peer, words.map(bytesOf));

/** Does it again and again, every few ms, until the condition holds. */
export const repeatUntil = (again: () => unknown, condition: () => unknown, what: string): Promise<unknown> =>
  until(
    async () => {
      if (condition()) return true;
      await again();
      return false;
    },
    { what, everyMs: 5, timeoutMs: 30_000 },
  );
