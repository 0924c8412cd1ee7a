// Memory that all connections of a transport share. When too much waits for peers nothing is read, so that those who send
// are slowed by TCP itself; and who takes nothing while that lasts is let go, for everybody else waits for him.
import { clearInterval, setInterval } from 'node:timers';
import { Breach } from './breach.ts';
import type { ZmtpCounters } from './counters.ts';
import type { ZmtpLimits } from './limits.ts';

/** A connection, as the budget sees it. */
export interface Spender {
  pauseReading(): void;
  resumeReading(): void;
  /** Something waits to be taken. */
  readonly hasWaiting: boolean;
  /** Grows whenever the peer takes something. */
  readonly taken: number;
  end(breach: Breach): void;
}

export interface Budget {
  readonly isPressed: boolean;
  join(spender: Spender): void;
  leave(spender: Spender): void;
  /** So much more, or less, waits for peers. */
  queue(bytes: number): void;
  /** So much more, or less, has come in of messages that are not whole. Throws Breach `too_much_unfinished`. */
  unfinished(bytes: number): void;
}

export function createBudget(limits: ZmtpLimits, counters: ZmtpCounters): Budget {
  const spenders = new Set<Spender>();
  let unfinished = 0;
  let watching: NodeJS.Timeout | undefined;
  let takenBefore = new Map<Spender, number>();

  function look(): void {
    const now = new Map<Spender, number>();
    for (const spender of spenders) {
      if (!spender.hasWaiting) continue;
      if (takenBefore.get(spender) === spender.taken) spender.end(new Breach('stalled'));
      else now.set(spender, spender.taken);
    }
    takenBefore = now;
  }
  function press(): void {
    counters.readingPauses++;
    look();
    watching = setInterval(look, limits.stalledMs);
    for (const spender of spenders) spender.pauseReading();
  }
  function relieve(): void {
    clearInterval(watching);
    watching = undefined;
    takenBefore = new Map();
    for (const spender of spenders) spender.resumeReading();
  }
  return {
    get isPressed() {
      return watching !== undefined;
    },
    join: (spender) => void spenders.add(spender),
    leave: (spender) => void spenders.delete(spender),
    queue(bytes) {
      const queued = counters.queuedBytes + bytes;
      counters.queuedBytes = queued;
      if (queued > counters.queuedBytesMost) counters.queuedBytesMost = queued;
      if (watching === undefined) {
        if (queued > limits.totalQueueBytes) press();
      } else if (queued <= limits.totalQueueBytes / 2) relieve();
    },
    unfinished(bytes) {
      unfinished += bytes;
      if (bytes > 0 && unfinished > limits.unfinishedBytes)
        throw new Breach('too_much_unfinished', `${unfinished} bytes`);
    },
  };
}
