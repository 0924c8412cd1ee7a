// Which of the engines that could take a task gets it (§6.2).
import type { SchemeName } from './limits.ts';
import { createOrderedPool } from './ordered-pool.ts';
import type { Pool } from './pool.ts';
import { earlier } from './pool.ts';
import { createRandomPool } from './random-pool.ts';
import type { Engine } from './state.ts';

export interface Policy {
  /** The pool has one level for each load. */
  readonly byLoad: boolean;
  readonly createPool: (hwm: number) => Pool;
  /** Dependencies, targets, retries and timeouts are ignored. */
  readonly ignoresWishes?: true;
}

const uniform = (): number => 1;

/** Python's weight of an engine; the small number keeps idle engines finite. */
const weight = (load: number): number => 1 / (load + 1e-6);

const lessLoaded = (a: Engine, b: Engine): Engine => (b.running.size < a.running.size ? b : a);

const leastLoaded = { byLoad: true, createPool: (hwm: number) => createOrderedPool(hwm, true) } as const;

export const policies: Record<SchemeName, Policy> = {
  leastload: leastLoaded,
  lru: { byLoad: false, createPool: (hwm) => createOrderedPool(hwm, false) },
  plainrandom: { byLoad: false, createPool: (hwm) => createRandomPool(hwm, { byLoad: false, weight: uniform }) },
  twobin: {
    byLoad: false,
    createPool: (hwm) => createRandomPool(hwm, { byLoad: false, weight: uniform, better: earlier }),
  },
  weighted: {
    byLoad: true,
    createPool: (hwm) => createRandomPool(hwm, { byLoad: true, weight, better: lessLoaded }),
  },
  // Clients cannot tell it from leastload (§12.14), whose ties go round robin.
  pure: { ...leastLoaded, ignoresWishes: true },
};
