// Asks the store about tasks on which others depend; many questions go as one.
import type { Logger } from '@muster/telemetry';
import type { OutcomesAsk } from './core/effects.ts';
import type { PastOutcome, SchedulerEvent } from './core/events.ts';
import type { Pause } from './pause.ts';
import type { TaskRecords } from './records.ts';
import { readOutcomes } from './records.ts';

interface RecallerOptions {
  readonly store: TaskRecords;
  readonly log: Logger;
  readonly pause: Pause;
  readonly dispatch: (event: SchedulerEvent) => void;
}

const mostIds = 1000;
/** A store that is started again takes some seconds. */
const pausesMs = [500, 1000, 2000, 4000, 8000];

/** What cannot be read within some 15 s counts as unknown. */
export function createRecaller({ store, log, pause, dispatch }: RecallerOptions): (ask: OutcomesAsk) => void {
  let waiting: OutcomesAsk[] = [];
  let reading = false;

  async function read(ids: readonly string[]): Promise<readonly PastOutcome[]> {
    for (const pauseMs of pausesMs) {
      try {
        return await readOutcomes(store, ids);
      } catch (error) {
        log.warn({ why: (error as Error).message }, 'the task store does not say how tasks ended');
      }
      await pause.for(pauseMs);
      if (pause.ended) break;
    }
    return [];
  }
  async function readAll(): Promise<void> {
    reading = true;
    while (waiting.length > 0) {
      const asks = waiting;
      waiting = [];
      const ids = [...new Set(asks.flatMap((ask) => ask.ids))];
      const outcomes = new Map<string, PastOutcome>();
      for (let at = 0; at < ids.length; at += mostIds)
        for (const outcome of await read(ids.slice(at, at + mostIds))) outcomes.set(outcome.msgId, outcome);
      for (const ask of asks) {
        const own = ask.ids.flatMap((id) => outcomes.get(id) ?? []);
        dispatch({ type: 'outcomes.recalled', msgId: ask.msgId, outcomes: own });
      }
    }
    reading = false;
  }
  return (ask) => {
    waiting.push(ask);
    if (!reading) void readAll();
  };
}
