// One round of both wirings: all services in one process with records in memory, and each apart on NATS and MongoDB.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCluster } from '@muster/services-e2e/cluster';
import { startLoad } from './load/load.ts';
import { memoryOf } from './memory.ts';
import { muster, startIn } from './system.ts';

export interface WiringFigures {
  /** Resident memory of the idle services, with four engines, in MB; by process. */
  readonly idleMb: Readonly<Record<string, number>>;
  readonly tasksPerS: number;
}

export type Wiring = (tasks: number) => Promise<WiringFigures>;

const engines = 4;
/** At most that many tasks without an answer. */
const window = 64;
/** So that code is compiled and connections stand before the clock starts. */
const warmUpTasks = 2000;

export const inOneProcess: Wiring = async (tasks) => {
  await using running = await startIn([...muster.controller, '--ping=1000']);
  return await measure({ ...running, pids: { controller: running.program.pid } }, tasks);
};

export const apart: Wiring = async (tasks) => {
  await using cluster = await createCluster({ env: { MUSTER_PING: '1000' } });
  const engineFile = join(cluster.folder, 'ipcontroller-engine.json');
  await writeFile(engineFile, JSON.stringify(cluster.connections.engine), { mode: 0o600 });
  await cluster.start();
  const services = Object.values(cluster.services).map(({ name, program }) => [name, program.pid] as const);
  return await measure({ engineFile, clientFile: cluster.clientFile, pids: Object.fromEntries(services) }, tasks);
};

interface Measured {
  readonly engineFile: string;
  readonly clientFile: string;
  readonly pids: Readonly<Record<string, number>>;
}

async function measure({ engineFile, clientFile, pids }: Measured, tasks: number): Promise<WiringFigures> {
  await using load = await startLoad({ engineFile, clientFile, engines });
  const weighed = Object.entries(pids).map(async ([name, pid]) => [name, (await memoryOf(pid)).residentMb] as const);
  const idleMb = Object.fromEntries(await Promise.all(weighed));
  const run = { mode: 'task', window, settle: false, pids: [] } as const;
  await load.client.ask('run', { ...run, tasks: warmUpTasks });
  const { answeredPerS } = await load.client.ask('run', { ...run, tasks });
  return { idleMb, tasksPerS: answeredPerS };
}
