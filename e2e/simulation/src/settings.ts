// What a seed decides before anything starts.
import type { Random } from '@muster/machine';
import type { TaskSchedulerConfig } from '@muster/task-scheduler';

export interface WorldSettings {
  readonly schemeName: TaskSchedulerConfig['schemeName'];
  readonly hwm: number;
  readonly heartbeat: { readonly periodMs: number; readonly maxMisses: number };
  readonly registrationTimeoutMs: number;
  /** 'slow' answers by promises, after a while. */
  readonly store: 'memory' | 'small' | 'slow' | 'none';
  /** The longest delay of the network. */
  readonly slowestUs: number;
}

const schemes = ['leastload', 'leastload', 'lru', 'plainrandom', 'twobin', 'weighted', 'pure'] as const;
const stores = ['memory', 'memory', 'small', 'slow', 'none'] as const;

export function drawSettings(random: Random): WorldSettings {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  return {
    schemeName: pick(schemes),
    hwm: pick([0, 1, 1, 3]),
    heartbeat: { periodMs: pick([100, 150, 300]), maxMisses: pick([3, 5, 10]) },
    registrationTimeoutMs: pick([2000, 5000]),
    store: pick(stores),
    slowestUs: pick([500, 5000, 20_000]),
  };
}
