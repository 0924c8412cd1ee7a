/** What is known of one engine's heart. */
export interface Heart {
  /** Beats in a row without an answer. */
  misses: number;
  /** Answered since the last beat. */
  answered: boolean;
}

export interface HeartmonitorSettings {
  /** Time between beats, in microseconds. */
  readonly periodUs: number;
  /** An engine is dropped at the first miss beyond this many in a row. */
  readonly maxMisses: number;
  /** From an engine's first pong until it is announced: its other connections may still be shaking hands (§7.1). */
  readonly settleUs: number;
  /** Pings while registrations are pending: the first interval, doubled up to the last. */
  readonly firstProbeUs: number;
  readonly lastProbeUs: number;
  /** Strangers (hearts that nobody registered) remembered at most. */
  readonly maxStrangers: number;
}

export interface HeartmonitorState {
  readonly settings: HeartmonitorSettings;
  readonly startedUs: number;
  /** Registered engines, by uuid. */
  readonly hearts: Map<string, Heart>;
  /**
   * Engines that the hub waits for. `awaited`: no pong yet. `settling`: the settle timer runs. `told`: the hub has been
   * told, and is told again at each beat until it says that the engine is registered or given up.
   */
  readonly pending: Map<string, 'awaited' | 'settling' | 'told'>;
  /** Hearts that beat though nobody waits for them, already told to the hub; kept while they answer. */
  readonly strangers: Map<string, Heart>;
  /** Texts of the pings since the last beat, and of those in the period before: a pong with another text does not count. */
  pings: Set<string>;
  earlierPings: Set<string>;
  /** The latest interval of probing and when it ends; undefined while nobody is awaited. */
  probe: { intervalUs: number; dueUs: number } | undefined;
}

export const defaultSettings: HeartmonitorSettings = {
  periodUs: 3_000_000,
  maxMisses: 10,
  settleUs: 200_000,
  firstProbeUs: 50_000,
  lastProbeUs: 400_000,
  maxStrangers: 10_000,
};

export const createState = (settings: HeartmonitorSettings, startedUs: number): HeartmonitorState => ({
  settings,
  startedUs,
  hearts: new Map(),
  pending: new Map(),
  strangers: new Map(),
  pings: new Set(),
  earlierPings: new Set(),
  probe: undefined,
});

/** Hearts of registered engines, engines that the hub waits for, and hearts that nobody registered. */
export const countsOf = (state: HeartmonitorState) => ({
  hearts: state.hearts.size,
  pending: state.pending.size,
  strangers: state.strangers.size,
});

/** What is remembered of engines; empty when there are none. */
export const leftovers = (state: HeartmonitorState): string[] =>
  Object.entries({
    hearts: state.hearts.size,
    'pending registrations': state.pending.size,
    strangers: state.strangers.size,
  }).flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what}`]));
