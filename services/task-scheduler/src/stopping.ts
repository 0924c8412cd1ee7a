// The end of the service: nothing is given to engines any more; what is unfinished is left to the next process, or its
// clients are told.
import { countTasks } from './core/inspect.ts';
import type { Shell } from './service.ts';

export interface Stopping {
  run(unsubscribe: readonly (() => void)[]): Promise<void>;
  /** Engines have answered: perhaps nothing runs any more. */
  look(): void;
}

/** How long results of running tasks are still waited for when the next process takes over. */
const lastResultsMs = 500;
/** How long clients are told: signing takes its time, and whoever stops us has little. */
const tellingMs = 2000;
const toldAtOnce = 200;

export function createStopping(shell: Shell): Stopping {
  const { state, runner, doors, hub, pause, ports, log } = shell;
  let nothingRuns: (() => void) | undefined;

  function look(): void {
    if (nothingRuns !== undefined && countTasks(state).running === 0) nothingRuns();
  }
  async function awaitResults(): Promise<void> {
    runner.dispatch({ type: 'stop.requested', msgIds: [] });
    const idle = new Promise<void>((resolve) => {
      nothingRuns = resolve;
    });
    look();
    const limit = 'task-scheduler.stop';
    const late = new Promise<void>((resolve) => {
      ports.timers.set(limit, ports.clock.nowUs() + lastResultsMs * 1000, resolve);
    });
    await Promise.race([idle, late]);
    ports.timers.clear(limit);
  }
  function tellClients(): void {
    const msgIds = [...state.tasks.keys()].reverse();
    const endUs = ports.clock.nowUs() + tellingMs * 1000;
    for (let at = 0; at < msgIds.length && ports.clock.nowUs() < endUs; at += toldAtOnce)
      runner.dispatch({ type: 'stop.requested', msgIds: msgIds.slice(at, at + toldAtOnce) });
  }
  return {
    look,
    async run(unsubscribe) {
      for (const end of unsubscribe) end();
      hub.stop();
      pause.end();
      const { running, waiting, held } = countTasks(state);
      const isLeft = shell.recover === true;
      if (running + waiting + held > 0)
        log.warn({ running, waiting, held, leftToNext: isLeft }, 'stopped with unfinished tasks');
      if (isLeft) await awaitResults();
      else tellClients();
      runner.stop();
      await doors.close();
    },
  };
}
