// Is the controller still there? ZeroMQ connects again by itself and does not tell, so silence is all there is to go by:
// with requests open and nothing heard for `probeMs` a probe goes out (connection_request, which every hub answers at
// once); with nothing heard for `goneMs` the controller counts as gone.
export interface WatchLimits {
  readonly probeMs: number;
  readonly goneMs: number;
}

export interface Watch {
  /** Something came from the controller. */
  heard(nowMs: number): void;
  /** To be called now and then. */
  tick(nowMs: number, waiting: boolean): 'calm' | 'probe' | 'gone';
}

export function createWatch({ probeMs, goneMs }: WatchLimits): Watch {
  /** Silence is counted from here; undefined while nobody waits. */
  let since: number | undefined;
  let probed = false;
  return {
    heard(nowMs) {
      if (since === undefined) return;
      since = nowMs;
      probed = false;
    },
    tick(nowMs, waiting) {
      if (!waiting) since = undefined;
      else since ??= nowMs;
      if (since === undefined) {
        probed = false;
        return 'calm';
      }
      if (nowMs - since >= goneMs) return 'gone';
      if (probed || nowMs - since < probeMs) return 'calm';
      probed = true;
      return 'probe';
    },
  };
}
