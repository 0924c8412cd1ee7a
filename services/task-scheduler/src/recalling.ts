// Asks the store about tasks on which others depend; many questions go as one.
import type { Logger } from '@muster/telemetry';
import type { OutcomesAsk } from './core/effects.ts';
import type { PastOutcome, SchedulerEvent } from './core/events.ts';
import type { TaskRecords } from './records.ts';
import { readOutcomes } from './records.ts';

const mostIds = 1000;

/** What cannot be read counts as unknown. */
export function createRecaller(
  store: TaskRecords,
  log: Logger,
  dispatch: (event: SchedulerEvent) => void,
): (ask: OutcomesAsk) => void {
  let waiting: OutcomesAsk[] = [];
  let reading = false;

  async function read(ids: readonly string[]): Promise<Map<string, PastOutcome>> {
    const outcomes = new Map<string, PastOutcome>();
    try {
      for (let at = 0; at < ids.length; at += mostIds)
        for (const outcome of await readOutcomes(store, ids.slice(at, at + mostIds)))
          outcomes.set(outcome.msgId, outcome);
    } catch (error) {
      log.warn({ why: (error as Error).message }, 'task store cannot say how tasks ended');
    }
    return outcomes;
  }
  async function readAll(): Promise<void> {
    reading = true;
    while (waiting.length > 0) {
      const asks = waiting;
      waiting = [];
      const outcomes = await read([...new Set(asks.flatMap(({ ids }) => ids))]);
      for (const { msgId, ids } of asks)
        dispatch({
          type: 'outcomes.recalled',
          msgId,
          outcomes: ids.flatMap((id) => outcomes.get(id) ?? []),
        });
    }
    reading = false;
  }
  return (ask) => {
    waiting.push(ask);
    if (!reading) void readAll();
  };
}
