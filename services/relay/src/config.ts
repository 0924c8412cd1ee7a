import { defaultSettings } from './core/index.ts';

/** Settings of the relay. */
export interface RelayConfig {
  /** Coalesced broadcasts under way at most. */
  readonly maxCoalescing: number;
  /** Bytes of replies kept for coalescing at most. */
  readonly maxCoalescedBytes: number;
}

export const defaultConfig: RelayConfig = defaultSettings;
