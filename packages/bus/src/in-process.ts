// The bus inside one process: function calls.

import { createAnswerers } from './answerers.ts';
import type { Bus, OnSubscriberError } from './bus.ts';
import { createDeadlines } from './deadlines.ts';
import type { Fact, FactType } from './facts.ts';

/** The list of a type is made anew with every change, so that going through it costs nothing and sees no change. */
interface Subscription {
  readonly receive: (fact: Fact) => void;
  ended: boolean;
}

/**
 * A fact published while another is being delivered waits until all subscribers have that one, so every subscriber sees
 * facts in the same order. Messages are the same objects on both sides.
 */
export function createInProcessBus(onError: OnSubscriberError): Bus {
  const subscriptions = new Map<FactType, readonly Subscription[]>();
  /** Facts that wait their turn; those before `next` had it. */
  let queue: Fact[] = [];
  let next = 0;
  let delivering = false;
  let closed = false;

  function deliver(fact: Fact): void {
    const list = subscriptions.get(fact.type);
    if (list === undefined) return;
    for (let i = 0; i < list.length; i++) {
      const subscription = list[i]!;
      if (subscription.ended) continue;
      try {
        subscription.receive(fact);
      } catch (error) {
        onError(error, fact);
      }
    }
  }
  function deliverQueue(): void {
    while (next < queue.length) deliver(queue[next++]!);
    queue = [];
    next = 0;
  }
  function end(type: FactType, subscription: Subscription): void {
    if (subscription.ended) return;
    subscription.ended = true;
    const left = subscriptions.get(type)?.filter((other) => other !== subscription) ?? [];
    subscriptions.set(type, left);
  }
  const answerers = createAnswerers();
  const deadlines = createDeadlines();
  return {
    publish(fact) {
      if (delivering) {
        queue.push(fact);
        return;
      }
      delivering = true;
      try {
        // An error that nobody took may have left something.
        if (queue.length > 0) queue.push(fact);
        else deliver(fact);
        if (queue.length > 0) deliverQueue();
      } finally {
        delivering = false;
      }
    },
    subscribe(type, receive) {
      if (closed) return () => {};
      const subscription: Subscription = { receive: receive as (fact: Fact) => void, ended: false };
      subscriptions.set(type, [...(subscriptions.get(type) ?? []), subscription]);
      return () => end(type, subscription);
    },
    ask: (question, { timeoutMs }) => deadlines.keep(question.type, timeoutMs, async () => answerers.answer(question)),
    serve: (type, answer) => (closed ? () => {} : answerers.add(type, answer)),
    async close() {
      closed = true;
      for (const list of subscriptions.values()) for (const subscription of list) subscription.ended = true;
      subscriptions.clear();
      deadlines.close();
    },
  };
}
