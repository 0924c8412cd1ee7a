// What the scheduler hears and answers on the bus.
import { busyOf } from './core/draining.ts';
import type { Shell } from './service.ts';

/** Returns the functions that end it. */
export function listenToBus({ bus, runner, state, hub }: Shell): (() => void)[] {
  /** A client of the bus may have heard of an engine before the scheduler has. */
  async function meet(uuids: readonly string[]): Promise<void> {
    if (uuids.some((uuid) => !state.engines.has(uuid))) await hub.resync();
  }
  return [
    bus.subscribe('engine.registered', (fact) => runner.dispatch(fact)),
    bus.subscribe('engine.unregistered', ({ engine }) => runner.dispatch({ type: 'engine.unregistered', engine })),
    bus.subscribe('task.resubmitted', (fact) => runner.dispatch({ ...fact, type: 'task.submitted', client: null })),
    bus.serve('engines.drain', async ({ uuids }) => {
      await meet(uuids);
      for (const uuid of uuids) runner.dispatch({ type: 'drain.started', uuid });
      return { busy: busyOf(state, uuids) };
    }),
    bus.serve('engines.resume', ({ uuids }) => {
      for (const uuid of uuids) runner.dispatch({ type: 'drain.ended', uuid });
      return {};
    }),
  ];
}
