import type { Frames } from '@muster/protocol';
import { createMessageQueue } from './message-queue.ts';

/** Messages in the order in which they were sent, with their count and bytes. All steps take constant time. */
export interface Fifo {
  push(frames: Frames): void;
  /** The oldest, which stays. */
  peek(): Frames | undefined;
  shift(): Frames | undefined;
  clear(): void;
  readonly messages: number;
  readonly bytes: number;
}

const bytesOf = (frames: Frames): number => frames.reduce((sum, frame) => sum + frame.length, 0);
export function createFifo(): Fifo {
  const queue = createMessageQueue();
  let bytes = 0;
  return {
    push(frames) {
      queue.push(frames);
      bytes += bytesOf(frames);
    },
    peek: () => queue.at(0),
    shift() {
      const first = queue.at(0);
      if (first === undefined) return undefined;
      queue.drop(1);
      bytes -= bytesOf(first);
      return first;
    },
    clear() {
      queue.drop(queue.length);
      bytes = 0;
    },
    get messages() {
      return queue.length;
    },
    get bytes() {
      return bytes;
    },
  };
}
