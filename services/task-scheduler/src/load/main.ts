// What the scheduler itself costs a task, without a network, in CPU and memory. By hand: `node services/task-scheduler/src/load/main.ts
// --engines 64 --queued 1000 --tasks 200000 [--scheme weighted] [--hwm 1]`. It fills the queue, answers and submits in turn, and
// answers what is left; one line of JSON comes out, with microseconds of CPU a task for each of the three.

import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { SchemeName } from '../core/limits.ts';
import { createBench } from './bench.ts';

const { values } = parseArgs({
  options: {
    engines: { type: 'string', default: '64' },
    queued: { type: 'string', default: '1000' },
    tasks: { type: 'string', default: '200000' },
    scheme: { type: 'string', default: 'leastload' },
    hwm: { type: 'string', default: '1' },
  },
});
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const [engines, queued, tasks, hwm] = [values.engines, values.queued, values.tasks, values.hwm].map(Number) as [
  number,
  number,
  number,
  number,
];

const megabytes = (bytes: number): number => Math.round(bytes / 104857.6) / 10;
function memory(): object {
  collect();
  collect();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  return { rssMb: megabytes(rss), heapMb: megabytes(heapUsed), buffersMb: megabytes(arrayBuffers) };
}
const bench = await createBench({ engines, schemeName: values.scheme as SchemeName, hwm });
const report: Record<string, unknown> = { engines, queued, scheme: values.scheme, hwm };
report.atStart = memory();
report.fillUs = bench.submit(queued);
report.whenFull = memory();
// Warm.
bench.turnOver(Math.min(20_000, tasks));
report.steadyUs = bench.turnOver(tasks);
report.drainUs = bench.drain();
report.atEnd = memory();
report.leftovers = await bench.close();
process.stdout.write(`${JSON.stringify(report)}\n`);
