// Which of the engines that could take a task gets it (§6.2).
import type { SchemeName } from './limits.ts';
import { earlier } from './pool.ts';
import type { Engine } from './state.ts';

export interface Policy {
  /** The pool has one level for each load; else one level, least recently used first. */
  readonly byLoad: boolean;
  /** Takes one of a list that is not empty. Without it, the first of the pool is taken. */
  readonly pick?: (engines: readonly Engine[], random: () => number) => Engine;
  /** Dependencies, targets, retries and timeouts are ignored. */
  readonly ignoresWishes?: true;
}

type Choose = NonNullable<Policy['pick']>;

const uniform: Choose = (engines, random) => engines[Math.floor(random() * engines.length)]!;

/** Python's weight of an engine; the small number keeps idle engines finite. */
const weight = (engine: Engine): number => 1 / (engine.running.size + 1e-6);

const weighted: Choose = (engines, random) => {
  let left = random() * engines.reduce((sum, engine) => sum + weight(engine), 0);
  for (const engine of engines) {
    left -= weight(engine);
    if (left < 0) return engine;
  }
  return engines.at(-1)!;
};

export const policies: Record<SchemeName, Policy> = {
  leastload: { byLoad: true },
  lru: { byLoad: false },
  plainrandom: { byLoad: false, pick: uniform },
  twobin: { byLoad: false, pick: (engines, random) => earlier(uniform(engines, random), uniform(engines, random)) },
  weighted: {
    byLoad: false,
    pick(engines, random) {
      const [a, b] = [weighted(engines, random), weighted(engines, random)];
      return b.running.size < a.running.size ? b : a;
    },
  },
  // Clients cannot tell it from leastload (§12.14), whose ties go round robin.
  pure: { byLoad: true, ignoresWishes: true },
};
