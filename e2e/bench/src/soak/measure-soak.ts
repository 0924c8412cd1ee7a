// A controller that works for a long time at a part of what it can do: does it stay as it was?
import type { Contender } from '../controllers/contender.ts';
import { startController } from '../controllers/contender.ts';
import { startLoad } from '../load/load.ts';
import { memoryOf, processTree } from '../memory.ts';

/** What is seen at the end of each interval. */
export interface SoakSample {
  /** Since the start of the load. */
  readonly minutes: number;
  /** In all so far. */
  readonly tasks: number;
  readonly tasksPerS: number;
  readonly residentMb: number;
  /** Processor time of the controller for a task in this interval. */
  readonly cpuUs: number;
  /** The worst of the interval's bursts: half, and 99 of 100 tasks, were answered within. */
  readonly p50Us: number;
  readonly p99Us: number;
}

export interface SoakOptions {
  readonly contender: Contender;
  readonly engines: number;
  readonly minutes: number;
  /** Part of the time in which there is work, above 0 and at most 1. */
  readonly load: number;
  readonly onSample: (sample: SoakSample) => void;
}

const heartbeatMs = 1000;
/** A burst of so many tasks, then a rest. */
const burst = 1000;
const window = 256;
/** One a minute, but at least ten. */
const countOf = (minutes: number): number => Math.max(10, Math.round(minutes));

/** Rejects when an answer is missing, wrong, or comes twice, or the hub's count is another than the client's. */
export async function measureSoak(options: SoakOptions): Promise<SoakSample[]> {
  const { contender, engines, minutes, load: part, onSample } = options;
  await using running = await startController(contender, { store: 'memory', heartbeatMs });
  await using load = await startLoad({ ...running, engines, timeoutMs: 120_000 });
  const pids = await processTree(running.program.pid);
  const begin = performance.now();
  const samples = countOf(minutes);
  const intervalMs = (minutes * 60_000) / samples;
  const seen: SoakSample[] = [];
  let tasks = 0;
  for (let n = 1; n <= samples; n++) {
    const [intervalBegin, tasksBefore] = [performance.now(), tasks];
    let [cpu, p50Us, p99Us] = [0, 0, 0];
    do {
      const burstBegin = performance.now();
      const ran = await load.client.ask('run', { mode: 'task', tasks: burst, window, settle: true, pids });
      tasks += burst;
      cpu += ran.settledCpuUs! * burst;
      [p50Us, p99Us] = [Math.max(p50Us, ran.p50Us), Math.max(p99Us, ran.p99Us)];
      await rest((performance.now() - burstBegin) * (1 / part - 1));
    } while (performance.now() < begin + n * intervalMs);
    const [now, done] = [performance.now(), tasks - tasksBefore];
    const sample = {
      minutes: (now - begin) / 60_000,
      tasks,
      tasksPerS: (done / (now - intervalBegin)) * 1000,
      residentMb: (await memoryOf(running.program.pid)).residentMb,
      cpuUs: cpu / done,
      p50Us,
      p99Us,
    };
    seen.push(sample);
    onSample(sample);
  }
  return seen;
}

const rest = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
