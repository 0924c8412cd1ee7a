// Many engines: how soon all are registered, and whether they stay so under load.
import type { TransportName } from '@muster/transport';
import type { Contender } from '../controllers/contender.ts';
import { startController } from '../controllers/contender.ts';
import { startLoad } from '../load/load.ts';
import { memoryOf, processTree } from '../memory.ts';

export interface Startup {
  readonly engines: number;
  /** From the first engine's start until the hub lists all. */
  readonly registeredS: number;
  readonly residentMb: number;
  /** Of those that were registered, after the load. */
  readonly lost: number;
  /** Tasks a second meanwhile; 0 without a load. */
  readonly tasksPerS: number;
}

export interface StartupOptions {
  readonly contender: Contender;
  readonly engines: number;
  /** How long tasks run after that. */
  readonly loadS: number;
  readonly transport?: TransportName | undefined;
}

/** An engine that is gone is noticed after eleven of these. */
const heartbeatMs = 1000;
const portion = 2000;

export async function measureStartup({ contender, engines, loadS, transport }: StartupOptions): Promise<Startup> {
  await using running = await startController(contender, { store: 'memory', heartbeatMs });
  await using load = await startLoad({ ...running, engines, transport, timeoutMs: 120_000 });
  const pids = await processTree(running.program.pid);
  const { residentMb } = await memoryOf(running.program.pid);
  const begin = performance.now();
  const elapsedS = (): number => (performance.now() - begin) / 1000;
  let tasks = 0;
  for (; elapsedS() < loadS; tasks += portion)
    await load.client.ask('run', { mode: 'task', tasks: portion, window: 256, settle: false, pids });
  const tasksPerS = tasks === 0 ? 0 : tasks / elapsedS();
  const lost = engines - (await load.client.ask('target', undefined));
  return { engines, registeredS: load.registeredS, residentMb, lost, tasksPerS };
}
