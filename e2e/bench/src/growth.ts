// Does a controller grow with the tasks that pass through its scheduler?
import { until } from '@muster/testkit';
import { startLoad } from './load/load.ts';
import { memoryOf } from './memory.ts';
import type { System } from './system.ts';
import { startIn } from './system.ts';

export interface Growth {
  readonly tasks: number;
  /** Memory of the controller before, and after each tenth of the tasks. */
  readonly residentMb: readonly number[];
  /** Over the second half: in the first, records and what is remembered of ids fill up to their limits. */
  readonly grownMb: number;
  readonly tasksPerS: number;
}

const engines = 4;
/** At most that many tasks without an answer. */
const window = 64;
const steps = 10;
/** A hub may lag behind its queues: it is weighed when its memory has not changed for that long. */
const settledMs = 1000;

export async function measureGrowth(system: System, tasks: number, onStep: (text: string) => void): Promise<Growth> {
  await using running = await startIn([...system.controller, '--ping=1000']);
  await using load = await startLoad({ ...running, engines });
  const weigh = async (): Promise<number> => (await memoryOf(running.program.pid)).residentMb;
  const residentMb = [await weigh()];
  let busyMs = 0;
  for (let step = 1; step <= steps; step++) {
    const begin = performance.now();
    const portion = Math.round(tasks / steps);
    await load.client.ask('run', { mode: 'task', tasks: portion, window, settle: false, pids: [] });
    busyMs += performance.now() - begin;
    residentMb.push(await settled(weigh));
    onStep(`${Math.round((tasks * step) / steps)} of ${tasks} tasks, ${Math.round(residentMb.at(-1)!)} MB`);
  }
  const grownMb = residentMb.at(-1)! - residentMb[steps / 2]!;
  return { tasks, residentMb, grownMb, tasksPerS: (tasks / busyMs) * 1000 };
}

async function settled(weigh: () => Promise<number>): Promise<number> {
  let last = await weigh();
  await until(
    async () => {
      await new Promise((done) => setTimeout(done, settledMs));
      const before = last;
      last = await weigh();
      return Math.abs(last - before) < 0.5;
    },
    { what: 'the memory stays the same', timeoutMs: 60_000 },
  );
  return last;
}
