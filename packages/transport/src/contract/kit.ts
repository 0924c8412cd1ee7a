// What the tests of the contract are made with.
import type { Frames, PeerId } from '@muster/protocol';
import { decodeText, encodeText } from '@muster/protocol';
import type { describe, expect, test } from 'vitest';
import type { OnTransportError, Received, Socket, SocketOptions, Transport } from '../port.ts';

export type CreateTransport = (onError: OnTransportError) => Transport;

/** Vitest's own, so that this file needs no test runner to be loaded. */
export interface Runner {
  readonly describe: typeof describe;
  readonly test: typeof test;
  readonly expect: typeof expect;
}

/** All that came in at a socket since it was made. */
export interface Inbox {
  readonly received: Received[];
  /** The first frames as texts. */
  texts(): string[];
  /** Resolves to the messages when there are that many. */
  wait(count: number): Promise<Received[]>;
}

/** One test's transport, and what belongs to it. */
export interface Kit {
  readonly transport: Transport;
  /** What went to onError. */
  readonly errors: Error[];
  open(kind: Socket['kind'], options?: Omit<SocketOptions, 'kind'>): Socket;
  /** Opens a socket that is bound to a free port; gives its endpoint. */
  bound(kind: Socket['kind'], options?: Omit<SocketOptions, 'kind'>): Promise<[Socket, string]>;
  /** Opens a socket that is connected. */
  connected(kind: Socket['kind'], endpoint: string, options?: Omit<SocketOptions, 'kind'>): Socket;
}

export type Check = (title: string, run: (kit: Kit) => Promise<void>) => void;

export const createChecker =
  (create: CreateTransport, { test }: Runner): Check =>
  (title, run) => {
    test(title, async () => {
      const errors: Error[] = [];
      const transport = create((error) => errors.push(error));
      try {
        await run(createKit(transport, errors));
      } finally {
        await transport.close();
      }
    });
  };

function createKit(transport: Transport, errors: Error[]): Kit {
  const kit: Kit = {
    transport,
    errors,
    open: (kind, options) => transport.open({ kind, ...options }),
    async bound(kind, options) {
      const socket = kit.open(kind, options);
      return [socket, await socket.bind('tcp://127.0.0.1:0')];
    },
    connected(kind, endpoint, options) {
      const socket = kit.open(kind, options);
      socket.connect(endpoint);
      return socket;
    },
  };
  return kit;
}

/** Polls until the condition holds; after 10 s the error says what was waited for. */
export async function until(condition: () => boolean, what: () => string): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`Not within 10 s: ${what()}`);
    await new Promise((done) => setTimeout(done, 2));
  }
}

export function inboxOf(socket: Socket): Inbox {
  const received: Received[] = [];
  socket.onMessages((batch) => received.push(...batch));
  return {
    received,
    texts: () => received.map(({ frames }) => text(frames)),
    async wait(count) {
      await until(
        () => received.length >= count,
        () => `${count} messages; ${received.length} came`,
      );
      return received;
    },
  };
}

/** First frame as text. */
export const text = (frames: Frames): string => decodeText(frames[0] ?? new Uint8Array(0));

export const say = (socket: Socket, words: string, peer: PeerId = ''): void => socket.send(peer, [encodeText(words)]);

/** Answers every message by its own frames. */
export function echo(socket: Socket): void {
  socket.onMessages((batch) => {
    for (const { peer, frames } of batch) socket.send(peer, frames);
  });
}

/** Sends and waits for the answer of an echo, so that both sides know each other afterwards. */
export async function greet(socket: Socket, words = 'hello', peer: PeerId = ''): Promise<Inbox> {
  const inbox = inboxOf(socket);
  say(socket, words, peer);
  await inbox.wait(1);
  return inbox;
}

/** Publishes until the subscriber has heard something: a subscription takes a moment to arrive. */
export async function meet(publisher: Socket, subscriber: Inbox): Promise<void> {
  const before = subscriber.received.length;
  await until(
    () => {
      say(publisher, 'are you there?');
      return subscriber.received.length > before;
    },
    () => 'the subscription arrives',
  );
}

/** Code of the error that a call throws or rejects with; 'none' when it does not. */
export async function codeOf(run: () => unknown): Promise<unknown> {
  try {
    await run();
    return 'none';
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

/** Bytes that differ from place to place, from a number. */
export function bytesFrom(seed: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let value = seed | 1;
  for (let i = 0; i < size; i++) {
    value = Math.imul(value, 1_664_525) + 1_013_904_223;
    bytes[i] = value >>> 24;
  }
  return bytes;
}
