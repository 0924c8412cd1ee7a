// The bus inside one process: function calls.

import { createAnswerers } from './answerers.ts';
import type { Bus, OnSubscriberError } from './bus.ts';
import { createDeadlines } from './deadlines.ts';
import type { Fact, FactType } from './facts.ts';

/**
 * A fact published while another is being delivered waits until all subscribers have that one, so every subscriber sees
 * facts in the same order. Messages are the same objects on both sides.
 */
export function createInProcessBus(onError: OnSubscriberError): Bus {
  const receivers = new Map<FactType, Set<(fact: Fact) => void>>();
  const queue: Fact[] = [];
  let delivering = false;
  let closed = false;

  function deliver(fact: Fact): void {
    for (const receive of receivers.get(fact.type) ?? []) {
      try {
        receive(fact);
      } catch (error) {
        onError(error, fact);
      }
    }
  }
  const answerers = createAnswerers();
  const deadlines = createDeadlines();
  return {
    publish(fact) {
      queue.push(fact);
      if (delivering) return;
      delivering = true;
      try {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) deliver(next);
      } finally {
        delivering = false;
      }
    },
    subscribe(type, receive) {
      if (closed) return () => {};
      const set = receivers.get(type) ?? new Set();
      receivers.set(type, set);
      const untyped = receive as (fact: Fact) => void;
      set.add(untyped);
      return () => set.delete(untyped);
    },
    ask: (question, { timeoutMs }) => deadlines.keep(question.type, timeoutMs, async () => answerers.answer(question)),
    serve: (type, answer) => (closed ? () => {} : answerers.add(type, answer)),
    async close() {
      closed = true;
      for (const set of receivers.values()) set.clear();
      receivers.clear();
      deadlines.close();
    },
  };
}
