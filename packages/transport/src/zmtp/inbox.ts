import { setImmediate } from 'node:timers';
import type { PeerId } from '@muster/protocol';
import type { Received } from '../port.ts';
import { largestBatch } from '../port.ts';
import { costOf } from './limits.ts';

/** Whole messages on their way to the receiver; they wait until there is one. */
export interface Inbox {
  add(peer: PeerId, frames: Buffer[]): void;
  /** Hands over what was added since the last time. */
  deliver(): void;
  open(receive: (batch: readonly Received[]) => void): void;
  /** Drops what waits and all that comes. */
  close(): void;
}

export interface InboxOptions {
  /** So much may wait. */
  readonly mostBytes: number;
  readonly onError: (error: unknown) => void;
  /** More waits than may, or, afterwards, nothing. */
  readonly onFull: () => void;
  readonly onEmpty: () => void;
}

export function createInbox(options: InboxOptions): Inbox {
  let receive: ((batch: readonly Received[]) => void) | undefined;
  let added: Received[] = [];
  /** Batches that came before there was a receiver. */
  let waiting: Received[] = [];
  let waitingBytes = 0;
  let isScheduled = false;
  let isClosed = false;

  function hand(batch: readonly Received[]): void {
    try {
      receive!(batch);
    } catch (error) {
      options.onError(error);
    }
  }
  function handAll(batch: readonly Received[]): void {
    if (batch.length <= largestBatch) return hand(batch);
    for (let at = 0; at < batch.length && !isClosed; at += largestBatch) hand(batch.slice(at, at + largestBatch));
  }
  function keep(batch: readonly Received[]): void {
    for (const message of batch) {
      waiting.push(message);
      waitingBytes += costOf(message.frames);
    }
    if (waitingBytes > options.mostBytes) options.onFull();
  }
  function handWaiting(): void {
    isScheduled = false;
    const batch = waiting;
    waiting = [];
    waitingBytes = 0;
    handAll(batch);
    if (!isClosed) options.onEmpty();
  }
  return {
    add(peer, frames) {
      added.push({ peer, frames });
    },
    deliver() {
      if (added.length === 0) return;
      const batch = added;
      added = [];
      if (isClosed) return;
      if (receive === undefined || waiting.length > 0) keep(batch);
      else handAll(batch);
    },
    open(receiver) {
      if (isClosed) return;
      receive = receiver;
      if (isScheduled || waiting.length === 0) return;
      isScheduled = true;
      setImmediate(handWaiting);
    },
    close() {
      isClosed = true;
      added = [];
      waiting = [];
    },
  };
}
