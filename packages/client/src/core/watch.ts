// Is the controller still there? ZeroMQ connects again by itself and does not tell, so silence is all there is to go by.
// While requests are open an audit is due every `probeMs`, which any hub answers at once; when nothing at all was heard
// for `goneMs`, the controller counts as gone.
export interface WatchLimits {
  readonly probeMs: number;
  readonly goneMs: number;
}

export interface Watch {
  /** Something came from the controller. */
  heard(nowMs: number): void;
  /** To be called now and then; `waiting`: requests are open. */
  tick(nowMs: number, waiting: boolean): 'calm' | 'probe' | 'gone';
}

export function createWatch({ probeMs, goneMs }: WatchLimits): Watch {
  /** Silence is counted from here; undefined while nobody waits. */
  let silentSince: number | undefined;
  let probedAt = 0;
  return {
    heard(nowMs) {
      if (silentSince !== undefined) silentSince = nowMs;
    },
    tick(nowMs, waiting) {
      if (!waiting) {
        silentSince = undefined;
        return 'calm';
      }
      if (silentSince === undefined) silentSince = probedAt = nowMs;
      if (nowMs - silentSince >= goneMs) return 'gone';
      if (nowMs - probedAt < probeMs) return 'calm';
      probedAt = nowMs;
      return 'probe';
    },
  };
}
