import type { Frames } from '@muster/protocol';

/** Messages in the order in which they were added. All steps take constant time. */
export interface MessageQueue {
  push(frames: Frames): void;
  /** The message so many places behind the oldest. */
  at(index: number): Frames | undefined;
  /** Drops the oldest ones. */
  drop(count: number): void;
  readonly length: number;
}

const compactFrom = 1024;

export function createMessageQueue(): MessageQueue {
  let items: (Frames | undefined)[] = [];
  let head = 0;
  return {
    push(frames) {
      items.push(frames);
    },
    at: (index) => items[head + index],
    drop(count) {
      for (const end = head + count; head < end; head++) items[head] = undefined;
      if (head === items.length) {
        items.length = 0;
        head = 0;
      } else if (head >= compactFrom && head * 2 >= items.length) {
        items = items.slice(head);
        head = 0;
      }
    },
    get length() {
      return items.length - head;
    },
  };
}
