// Facts that wait for NATS: while it is away, and while it takes less than we publish.
import type { FactType } from '../facts.ts';

interface Waiting {
  readonly type: FactType;
  readonly sequence: number;
  /** With headroom for the header. */
  readonly bytes: Buffer;
}

export interface Outbox {
  /** When there is no more room, the oldest go. */
  push(fact: Waiting): void;
  shift(): Waiting | undefined;
  readonly size: number;
  readonly bytes: number;
  /** Went without being sent, since the start. */
  readonly dropped: number;
}

/** What a waiting fact costs besides its bytes, about. */
const overheadBytes = 150;
const compactFrom = 1024;

export function createOutbox(maxBytes: number): Outbox {
  let items: (Waiting | undefined)[] = [];
  let head = 0;
  let bytes = 0;
  let dropped = 0;

  function shift(): Waiting | undefined {
    const first = items[head];
    if (first === undefined) return undefined;
    items[head++] = undefined;
    bytes -= first.bytes.length + overheadBytes;
    if (head === items.length) {
      items.length = 0;
      head = 0;
    } else if (head >= compactFrom && head * 2 >= items.length) {
      items = items.slice(head);
      head = 0;
    }
    return first;
  }
  return {
    push(fact) {
      items.push(fact);
      bytes += fact.bytes.length + overheadBytes;
      while (bytes > maxBytes && items.length - head > 1) {
        shift();
        dropped++;
      }
    },
    shift,
    get size() {
      return items.length - head;
    },
    get bytes() {
      return bytes;
    },
    get dropped() {
      return dropped;
    },
  };
}
