import type { Frames } from '@muster/protocol';

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
const compactFrom = 1024;

export function createFifo(): Fifo {
  let items: (Frames | undefined)[] = [];
  let head = 0;
  let bytes = 0;
  return {
    push(frames) {
      items.push(frames);
      bytes += bytesOf(frames);
    },
    peek: () => items[head],
    shift() {
      const first = items[head];
      if (first === undefined) return undefined;
      items[head++] = undefined;
      bytes -= bytesOf(first);
      if (head >= compactFrom && head * 2 >= items.length) {
        items = items.slice(head);
        head = 0;
      }
      return first;
    },
    clear() {
      items = [];
      head = 0;
      bytes = 0;
    },
    get messages() {
      return items.length - head;
    },
    get bytes() {
      return bytes;
    },
  };
}
