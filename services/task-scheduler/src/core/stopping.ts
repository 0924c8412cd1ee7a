// The end of this process: nobody gets work any more, and whoever would wait in vain is told.
import { fail } from './ending.ts';
import { release } from './engine-life.ts';
import type { Turn } from './turn.ts';

/** With ids in the reverse order of submission no task fails because another one, on which it depends, did. */
export function onStopRequested(turn: Turn, msgIds: readonly string[]): void {
  const { state } = turn;
  for (const engine of state.engines.values()) {
    engine.drained = true;
    state.pool.remove(engine);
  }
  for (const msgId of msgIds) {
    const task = state.tasks.get(msgId);
    if (task === undefined) continue;
    if (task.engine) release(turn, task, task.engine);
    fail(turn, task, {
      ename: 'SchedulerStopped',
      evalue: `the task scheduler was stopped before task '${msgId}' was finished; it may have run`,
    });
  }
}
