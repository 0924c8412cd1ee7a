// Passing messages on comes before keeping records of them.
import type { Bus, Fact } from '@muster/bus';

/** Calls back when what was sent up to now has been handed to the network. */
export type AfterSends = (run: () => void) => void;

/**
 * A bus on which the facts of one service are published in their order, and not before the messages that the service has sent
 * are on their way: what the hub makes of its copies is not what clients wait for.
 */
export function publishAfterSends(bus: Bus, afterSends: AfterSends): Bus {
  let waiting: Fact[] = [];
  function publishAll(): void {
    const facts = waiting;
    waiting = [];
    for (let i = 0; i < facts.length; i++) bus.publish(facts[i]!);
  }
  return {
    publish(fact) {
      if (waiting.push(fact) === 1) afterSends(publishAll);
    },
    subscribe: bus.subscribe,
    ask: bus.ask,
    serve: bus.serve,
    async close() {
      publishAll();
      await bus.close();
    },
  };
}
