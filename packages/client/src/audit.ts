// Answers can go missing: a connection that breaks comes back under another identity, and a controller that is started
// again may have forgotten everything. So tasks that are open for long are compared with the hub's records.
import { MusterError } from '@muster/protocol';
import type { Ledger } from './core/ledger.ts';
import { isMissing } from './core/reply.ts';
import type { Task } from './core/task.ts';
import type { HubQueries } from './hub-queries.ts';
import type { HubResults } from './hub-results.ts';

export interface Audit {
  /** Looks at the oldest open tasks that were sent before this moment. */
  run(beforeUs: number): Promise<void>;
}

/** How many tasks are looked at in one run: answers come in about the order of requests. */
const maxTasks = 500;

type Finding = 'completed' | 'unknown' | 'expired';

/** A task counts as lost only when two runs in a row find it so: its answer may be under way during the first. */
export function createAudit(options: {
  readonly ledger: Ledger;
  readonly hub: Pick<HubQueries, 'resultStatus'>;
  readonly results: Pick<HubResults, 'adopt'>;
}): Audit {
  const { ledger, hub, results } = options;
  let suspects = new Map<Task, Finding>();
  let running = false;

  async function examine(tasks: readonly Task[]): Promise<Map<Task, Finding>> {
    const found = new Map<Task, Finding>();
    try {
      const completed = new Set((await hub.resultStatus(tasks.map((task) => task.msgId))).completed);
      for (const task of tasks) if (completed.has(task.msgId)) found.set(task, 'completed');
    } catch (error) {
      if (!isMissing(error)) throw error;
      // One unknown id makes the whole answer an error.
      const [only] = tasks;
      if (tasks.length === 1) return new Map([[only!, error instanceof MusterError ? 'expired' : 'unknown']]);
      for (const task of tasks) for (const [which, finding] of await examine([task])) found.set(which, finding);
    }
    return found;
  }
  return {
    async run(beforeUs) {
      // Broadcasts are not on record (§2.4).
      const tasks = ledger.oldest(beforeUs, maxTasks).filter((task) => task.channel !== 'broadcast');
      if (running || tasks.length === 0) return;
      running = true;
      try {
        const found = await examine(tasks);
        for (const [task, finding] of found) {
          if (suspects.get(task) !== finding) continue;
          if (finding === 'unknown') ledger.fail(task.msgId, new MusterError('task_lost'));
          else if (finding === 'expired') ledger.fail(task.msgId, new MusterError('result_expired'));
          else if (ledger.release(task)) results.adopt([task]);
        }
        suspects = found;
      } finally {
        running = false;
      }
    },
  };
}
