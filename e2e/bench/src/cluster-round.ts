// One round with a cluster of four engines: how soon it is usable, what its controller weighs when idle, how long a direct
// request takes.
import { join } from 'node:path';
import type { Client } from '@muster/client';
import { connect } from '@muster/client';
import { runProgram } from '@muster/testkit';
import type { Memory } from './memory.ts';
import { memoryOf } from './memory.ts';
import type { Running, System } from './system.ts';
import { startIn } from './system.ts';

export interface Round {
  readonly startS: number;
  readonly idle: Memory;
  readonly roundTripMs: number;
  /** The same, 99th percentile. */
  readonly roundTripP99Ms: number;
}

const engines = 4;
const requests = 500;
const warmup = 100;
/** The cluster is left alone that long before its controller is weighed. */
const idleMs = 3000;

export async function clusterRound(system: System): Promise<Round> {
  await using running = await startIn([...system.cluster, 'start', '-n', String(engines)]);
  const startS = await usable(running);
  await new Promise((done) => setTimeout(done, idleMs));
  const idle = await memoryOf(await running.controllerPid());
  const timesMs = system.python ? await pythonRoundTrips(system.python, running) : await ourRoundTrips(running);
  const sorted = timesMs.toSorted((a, b) => a - b);
  return {
    startS,
    idle,
    roundTripMs: sorted[Math.floor(sorted.length / 2)]!,
    roundTripP99Ms: sorted[Math.floor(sorted.length * 0.99)]!,
  };
}

/** Seconds until all engines have computed something for a client; the same client watches both systems. */
async function usable(running: Running): Promise<number> {
  await using client: Client = await connect({ file: running.clientFile, timeoutMs: 60_000 });
  await client.waitForEngines(engines);
  const replies = await client.view('all').execute('6 * 7');
  if (replies.some(({ text }) => text !== '42')) throw new Error('An engine cannot multiply.');
  return (performance.now() - running.begunMs) / 1000;
}

async function ourRoundTrips(running: Running): Promise<number[]> {
  await using client = await connect({ file: running.clientFile });
  await client.waitForEngines(engines);
  const view = client.view(0);
  const timesMs: number[] = [];
  for (let i = 0; i < warmup + requests; i++) {
    const begin = performance.now();
    await view.apply(() => undefined);
    timesMs.push(performance.now() - begin);
  }
  return timesMs.slice(warmup);
}

async function pythonRoundTrips(python: string, running: Running): Promise<number[]> {
  const script = join(import.meta.dirname, '../python/round_trips.py');
  const argv = [python, script, running.clientFile, String(warmup), String(requests)];
  const run = await runProgram(argv, { env: running.env });
  if (run.code !== 0) throw new Error(`${argv.join(' ')} failed:\n${run.output}`);
  return JSON.parse(run.stdout) as number[];
}
