// Does a task cost more where there are many engines and a long queue? And is memory given back after a burst?
import { until } from '@muster/testkit';
import type { Contender } from '../controllers/contender.ts';
import { startController } from '../controllers/contender.ts';
import { startLoad } from '../load/load.ts';
import { cpuUs } from '../load/process-costs.ts';
import { memoryOf, processTree } from '../memory.ts';

export interface QueueCost {
  readonly engines: number;
  /** Tasks that wait at a time. */
  readonly queued: number;
  readonly tasks: number;
  /** Processor time of the controller, from the first task sent until all are settled. */
  readonly cpuUs: number;
  readonly startMb: number;
  /** While they wait. */
  readonly queuedMb: number;
  readonly afterMb: number;
}

export interface QueueOptions {
  readonly contender: Contender;
  readonly engines: number;
  readonly queued: number;
  /** So often the queue is filled and emptied. */
  readonly bursts: number;
}

const heartbeatMs = 1000;
const restMs = 3000;
const patienceMs = 600_000;

/** Engines hold what they have until all tasks wait in the controller; then everything runs. */
export async function measureQueue({ contender, engines, queued, bursts }: QueueOptions): Promise<QueueCost> {
  await using running = await startController(contender, { store: 'memory', heartbeatMs });
  await using load = await startLoad({ ...running, engines, timeoutMs: 120_000 });
  const { client } = load;
  const pids = await processTree(running.program.pid);
  const weigh = async (): Promise<number> => (await memoryOf(running.program.pid)).residentMb;
  const run = { mode: 'task', settle: true, pids } as const;
  await client.ask('run', { ...run, tasks: 3000, window: 256 });
  const startMb = await weigh();
  const before = cpuUs(pids);
  let queuedMb = 0;
  for (let burst = 0; burst < bursts; burst++) {
    await load.engines.ask('hold', { on: true });
    const done = client.ask('run', { ...run, tasks: queued, window: queued });
    // The queue is asked for below: a failure of the run is told by then.
    done.catch(() => {});
    const waiting = async (): Promise<boolean> =>
      (await client.ask('queues', undefined)).unassigned >= queued - engines;
    await Promise.race([until(waiting, { timeoutMs: patienceMs, everyMs: 50, what: `${queued} tasks wait` }), done]);
    queuedMb = Math.max(queuedMb, await weigh());
    await load.engines.ask('hold', { on: false });
    await done;
  }
  const tasks = queued * bursts;
  const cost = (cpuUs(pids) - before) / tasks;
  await new Promise((rest) => setTimeout(rest, restMs));
  return { engines, queued, tasks, cpuUs: cost, startMb, queuedMb, afterMb: await weigh() };
}
