// What a controller weighs: before it has done anything, and after many tasks.
import type { TransportName } from '@muster/transport';
import type { Contender } from '../controllers/contender.ts';
import { startController } from '../controllers/contender.ts';
import { startLoad } from '../load/load.ts';
import { memoryOf, processTree } from '../memory.ts';

/** In MB of 2^20 bytes, resident, of all its processes. */
export interface Weights {
  readonly startMb: number;
  /** After that many tasks, in the order asked for. */
  readonly afterMb: readonly { readonly tasks: number; readonly mb: number }[];
}

/** What was allocated at once and is not needed any more is given back by then. */
const restMs = 1500;
const rest = (): Promise<void> => new Promise((done) => setTimeout(done, restMs));

/** `counts`: rising numbers of tasks after which it is weighed. */
export async function measureMemory(
  contender: Contender,
  counts: readonly number[],
  transport?: TransportName,
): Promise<Weights> {
  await using running = await startController(contender, { store: 'memory' });
  await rest();
  const weigh = async (): Promise<number> => (await memoryOf(running.program.pid)).residentMb;
  const startMb = await weigh();
  await using load = await startLoad({ ...running, engines: 4, transport });
  const pids = await processTree(running.program.pid);
  const afterMb = [];
  let done = 0;
  for (const tasks of counts) {
    await load.client.ask('run', { mode: 'task', tasks: tasks - done, window: 256, settle: true, pids });
    done = tasks;
    await rest();
    afterMb.push({ tasks, mb: await weigh() });
  }
  return { startMb, afterMb };
}
