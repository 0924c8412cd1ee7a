import type { Fact, FactOf, FactType } from './facts.ts';

/** Carries facts between services. Delivery is in order for one publisher; a fact without subscribers is lost. */
export interface Bus {
  publish(fact: Fact): void;
  /** Returns the function that ends the subscription. */
  subscribe<T extends FactType>(type: T, receive: (fact: FactOf<T>) => void): () => void;
}

/**
 * The bus inside one process: function calls. A fact published while another is being delivered waits until all
 * subscribers have that one, so every subscriber sees facts in the same order.
 */
export function createInProcessBus(onError: (error: unknown, fact: Fact) => void): Bus {
  const receivers = new Map<FactType, Set<(fact: Fact) => void>>();
  const queue: Fact[] = [];
  let delivering = false;

  function deliver(fact: Fact): void {
    for (const receive of receivers.get(fact.type) ?? []) {
      try {
        receive(fact);
      } catch (error) {
        onError(error, fact);
      }
    }
  }
  return {
    publish(fact) {
      queue.push(fact);
      if (delivering) return;
      delivering = true;
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) deliver(next);
      delivering = false;
    },
    subscribe(type, receive) {
      const set = receivers.get(type) ?? new Set();
      receivers.set(type, set);
      const untyped = receive as (fact: Fact) => void;
      set.add(untyped);
      return () => set.delete(untyped);
    },
  };
}
