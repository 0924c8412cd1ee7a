import type { BreachCode } from './breach.ts';

/** What a transport has done since it was made. */
export interface ZmtpCounters {
  /** Connections whose handshake has ended well, and those of them that stand. */
  connectionsMade: number;
  connectionsOpen: number;
  /** Connections ended, not let in, or not heard, by reason; those that peers have closed are not among them. */
  readonly refused: Partial<Record<BreachCode, number>>;
  messagesIn: number;
  messagesOut: number;
  bytesIn: number;
  bytesOut: number;
  /** What waits for peers, its largest value so far, and how often reading paused for it. */
  queuedBytes: number;
  queuedBytesMost: number;
  readingPauses: number;
}

export const createCounters = (): ZmtpCounters => ({
  connectionsMade: 0,
  connectionsOpen: 0,
  refused: {},
  messagesIn: 0,
  messagesOut: 0,
  bytesIn: 0,
  bytesOut: 0,
  queuedBytes: 0,
  queuedBytesMost: 0,
  readingPauses: 0,
});

export function countRefusal({ refused }: ZmtpCounters, code: BreachCode): void {
  refused[code] = (refused[code] ?? 0) + 1;
}
