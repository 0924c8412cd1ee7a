// Facts on their way out: numbered, and no more of them in the hands of NATS than it has room for.
import { randomBytes } from 'node:crypto';
import type { Fact, FactType } from '../facts.ts';
import type { Connection } from './dial.ts';
import { writeFact } from './fact-bytes.ts';
import type { BusCounts } from './options.ts';
import { createOutbox } from './outbox.ts';
import { headerBytes, splitFact } from './parts.ts';
import type { Subjects } from './subjects.ts';

export interface SenderOptions {
  readonly subjects: Subjects;
  readonly maxFactBytes: number;
  readonly maxWaitingBytes: number;
  /** A fact, or the buffers of its message, cannot travel. */
  readonly onTooLarge: (type: FactType, leftOutBytes: number | 'all') => void;
  /** How many in all. */
  readonly onDropped: (dropped: number) => void;
}

export interface Sender {
  /** Throws ShapeError for what is no fact. */
  publish(fact: Fact): void;
  /** From now on facts go there; those that waited go first. Without a connection they wait. */
  use(connection: Connection | undefined): void;
  /** Sends all that waits, however slow NATS is. */
  flush(): void;
  readonly waiting: number;
  counts(): Pick<BusCounts, 'published' | 'waiting' | 'dropped' | 'tooLarge'>;
}

/** What the server has not said that it has read; more than that is kept here, where it is bounded. */
const windowBytes = 16 * 1024 * 1024;
/** The server is asked so often that it is never the question which is waited for. */
const askAfterBytes = windowBytes / 8;

export function createSender(options: SenderOptions): Sender {
  const { subjects, onTooLarge, onDropped } = options;
  const publisher = randomBytes(8).toString('latin1');
  const outbox = createOutbox(options.maxWaitingBytes);
  const sequences = new Map<FactType, number>();
  let connection: Connection | undefined;
  let unread = 0;
  let unasked = 0;
  let published = 0;
  let tooLarge = 0;

  function ask(to: Connection): void {
    const bytes = unasked;
    unasked = 0;
    const read = (): void => {
      if (connection !== to) return;
      unread -= bytes;
      pump(windowBytes);
    };
    // When the connection ends before, nobody counts any more.
    to.nats.flush().then(read, () => {});
  }
  function pump(window: number): void {
    while (connection !== undefined && unread < window) {
      const { nats } = connection;
      const maxPayload = nats.info?.max_payload;
      const next = maxPayload === undefined || nats.isClosed() ? undefined : outbox.shift();
      if (maxPayload === undefined || next === undefined) return;
      const messages = splitFact(next.bytes, { publisher, sequence: next.sequence }, maxPayload);
      if (messages === undefined) {
        tooLarge++;
        onTooLarge(next.type, 'all');
        continue;
      }
      for (const bytes of messages) nats.publish(subjects.fact(next.type), bytes);
      unread += next.bytes.length;
      unasked += next.bytes.length;
      if (unasked >= askAfterBytes) ask(connection);
    }
  }
  return {
    publish(fact) {
      const { type } = fact;
      const written = writeFact(fact, options.maxFactBytes, headerBytes);
      if (written === undefined || written.leftOutBytes > 0) {
        tooLarge++;
        onTooLarge(type, written?.leftOutBytes ?? 'all');
      }
      const sequence = (sequences.get(type) ?? 0) + 1;
      sequences.set(type, sequence);
      if (written === undefined) return;
      published++;
      const droppedBefore = outbox.dropped;
      outbox.push({ type, sequence, bytes: written.bytes });
      pump(windowBytes);
      if (outbox.dropped > droppedBefore) onDropped(outbox.dropped);
    },
    use(next) {
      connection = next;
      unread = 0;
      unasked = 0;
      pump(windowBytes);
    },
    flush: () => pump(Number.POSITIVE_INFINITY),
    get waiting() {
      return outbox.size;
    },
    counts: () => ({ published, waiting: outbox.size, dropped: outbox.dropped, tooLarge }),
  };
}
