// An API server in memory, for tests: the same contract as the real one, in one process and without waiting.
import type { KubeApi } from '../api.ts';
import type { Asked } from '../errors.ts';
import { KubeError } from '../errors.ts';
import { createState } from './state.ts';
import { createTwinApi } from './twin-api.ts';

export interface KubeTwin {
  /** A client of it. */
  api(namespace?: string): KubeApi;
  /** From now on every request is refused by this; undefined: none. */
  refuse(how: ((asked: Asked) => KubeError | undefined) | undefined): void;
  /** Forgets what happened: a watch from an older version has expired. */
  compact(): void;
  /** All watches break, as when a network does. */
  breakWatches(): void;
}

export function createKubeTwin(): KubeTwin {
  const state = createState();
  let refuse: ((asked: Asked) => KubeError | undefined) | undefined;
  return {
    api: (namespace = 'default') => createTwinApi(state, namespace, (asked) => refuse?.(asked)),
    refuse: (how) => {
      refuse = how;
    },
    compact: () => state.history.compact(state.version()),
    breakWatches: () => state.history.breakOff(new KubeError('unreachable', 'The connection broke.')),
  };
}
