// What the scheduler asks the hub: which engines there are.
import type { Bus, EngineList } from '@muster/bus';
import { createEngineLister } from '@muster/bus';
import type { Logger } from '@muster/telemetry';
import type { SchedulerEvent } from './core/events.ts';
import type { Pause } from './pause.ts';

export interface HubSide {
  /** Resolves to a list that is not older than the call and is taken over; to undefined when there is none to be had. */
  resync(): Promise<EngineList | undefined>;
  /** Resolves when the hub has stored all that it was told so far. Rejects as `ask` does. */
  recordsSettled(): Promise<void>;
  /** Asks for a task whose targets are not known. */
  checkTargets(msgId: string): void;
  stop(): void;
}

interface HubSideOptions {
  readonly bus: Bus;
  readonly log: Logger;
  readonly pause: Pause;
  readonly dispatch: (event: SchedulerEvent) => void;
}

/** How long tasks wait for a hub that does not answer. */
const patienceMs = 4000;
const settlingMs = 10_000;

export function createHubSide({ bus, log, pause, dispatch }: HubSideOptions): HubSide {
  let last: EngineList | undefined;
  let unchecked: string[] = [];
  let checking = false;
  const lister = createEngineLister({
    bus,
    log,
    onListed(list) {
      last = list;
      dispatch({ type: 'engines.listed', ...list });
    },
  });
  /** One question for all that came before it. */
  async function checkAll(): Promise<void> {
    checking = true;
    while (unchecked.length > 0 && !pause.ended) {
      const msgIds = unchecked;
      unchecked = [];
      await Promise.race([lister.resync(), pause.for(patienceMs)]);
      dispatch({ type: 'targets.checked', msgIds });
    }
    checking = false;
  }
  return {
    async resync() {
      await lister.resync();
      return pause.ended ? undefined : last;
    },
    async recordsSettled() {
      await bus.ask({ type: 'records.settled' }, { timeoutMs: settlingMs });
    },
    checkTargets(msgId) {
      unchecked.push(msgId);
      if (!checking) void checkAll();
    },
    stop: lister.stop,
  };
}

/** In one process nothing is missed. */
export const sameProcess: HubSide = {
  resync: async () => undefined,
  recordsSettled: async () => {},
  checkTargets() {},
  stop() {},
};
