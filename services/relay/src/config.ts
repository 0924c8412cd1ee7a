import { defaultSettings } from './core/index.ts';

/** Settings of the relay. */
export interface RelayConfig {
  /** Coalesced broadcasts under way at most. */
  readonly maxCoalescing: number;
  /** Bytes of replies kept for coalescing at most. */
  readonly maxCoalescedBytes: number;
  /**
   * Milliseconds that a request for an unknown engine waits for the hub to be asked, where services run apart; 0, the
   * default: it is refused at once.
   */
  readonly engineWaitMs: number;
  /**
   * Milliseconds from the start until messages are read. Where services run apart a relay may follow another, whose peers
   * need a moment to connect anew: what is for a peer that is not there is lost. Default 0.
   */
  readonly settleMs: number;
  /**
   * Milliseconds from the start in which clients of a relay before this one come back; what its engines have still to answer
   * is delivered to them (post.ts of the transport). 0, the default: it follows no other.
   */
  readonly returnMs: number;
}

const { maxCoalescing, maxCoalescedBytes } = defaultSettings;

export const defaultConfig: RelayConfig = {
  maxCoalescing,
  maxCoalescedBytes,
  engineWaitMs: 0,
  settleMs: 0,
  returnMs: 0,
};

/** For a relay that runs apart from the hub. */
export const apartConfig: RelayConfig = { ...defaultConfig, engineWaitMs: 2000, settleMs: 1000, returnMs: 15_000 };
