import type { OnTransportError } from '../port.ts';
import type { Budget } from './budget.ts';
import type { ZmtpCounters } from './counters.ts';
import type { Flusher } from './flusher.ts';
import type { ZmtpLimits } from './limits.ts';
import type { Heartbeat } from './link.ts';
import type { PackBlock } from './pack-block.ts';

/** What all sockets of a transport have in common. */
export interface Shared {
  readonly limits: ZmtpLimits;
  readonly counters: ZmtpCounters;
  readonly budget: Budget;
  readonly flusher: Flusher;
  readonly block: PackBlock;
  readonly heartbeat: Heartbeat | undefined;
  readonly onError: OnTransportError;
  /** A place for one more connection; false when there is none. */
  enter(): boolean;
  leave(): void;
}
