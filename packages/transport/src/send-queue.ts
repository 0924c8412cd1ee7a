import type { Frames } from '@muster/protocol';
import type { Fifo } from './fifo.ts';
import { createFifo } from './fifo.ts';

/** Messages that wait until the network layer can take them, and those who wait for that. */
export interface SendQueue extends Pick<Fifo, 'push' | 'messages' | 'bytes'> {
  /** Hands over messages in order, up to the first that `take` refuses (false). */
  flush(take: (frames: Frames) => boolean): void;
  /** Resolves when all that waits now was handed over or dropped. */
  drained(): Promise<void>;
  /** Drops what waits and releases all waiters. */
  clear(): void;
}

interface Waiter {
  /** How many messages must have left. */
  readonly count: number;
  readonly done: () => void;
}

export function createSendQueue(): SendQueue {
  const fifo = createFifo();
  const waiters: Waiter[] = [];
  let left = 0;

  function release(): void {
    while (waiters[0] !== undefined && waiters[0].count <= left) waiters.shift()!.done();
  }
  return {
    push: fifo.push,
    flush(take) {
      for (let first = fifo.peek(); first !== undefined && take(first); first = fifo.peek()) {
        fifo.shift();
        left++;
      }
      release();
    },
    drained: () =>
      fifo.messages === 0
        ? Promise.resolve()
        : new Promise((done) => waiters.push({ count: left + fifo.messages, done })),
    clear() {
      left += fifo.messages;
      fifo.clear();
      release();
    },
    get messages() {
      return fifo.messages;
    },
    get bytes() {
      return fifo.bytes;
    },
  };
}
