import { defaultSettings } from './core/index.ts';

/** Settings of the heartmonitor (§7.2). */
export interface HeartmonitorConfig {
  /** Milliseconds between pings. Default 3000. */
  readonly periodMs: number;
  /** An engine is dropped at the first miss beyond this many in a row. Default 10. */
  readonly maxMisses: number;
}

export const defaultConfig: HeartmonitorConfig = {
  periodMs: defaultSettings.periodUs / 1000,
  maxMisses: defaultSettings.maxMisses,
};
