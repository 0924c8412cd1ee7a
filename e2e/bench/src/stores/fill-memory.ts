// A process that fills a memory store with as many tasks as its argument says, which has room for them, and prints what
// it then weighs.
import { setTimeout as pause } from 'node:timers/promises';
import { createMemoryTaskStore } from '@muster/task-store';
import { msgIdOf, requestPatch, resultPatch } from './recorded-task.ts';

/** In MB of 2^20 bytes. */
export interface Weight {
  readonly emptyMb: number;
  /** A moment after the last task. */
  readonly fullMb: number;
  readonly peakMb: number;
  readonly seconds: number;
}

/** So many tasks are under way at a time, and come in one batch, as in a controller. */
const window = 64;
const settledMs = 3000;

const count = Number(process.argv[2]);
const residentMb = (): number => process.memoryUsage.rss() / 2 ** 20;

const store = createMemoryTaskStore({ recordLimit: count });
await pause(settledMs);
const emptyMb = residentMb();
const begin = performance.now();
for (let n = 0; n < count; n += window) {
  const batch = Array.from({ length: Math.min(window, count - n) }, (_, i) => n + i);
  for (const task of batch) await store.put(msgIdOf(task), requestPatch(task), 'create');
  for (const task of batch) await store.put(msgIdOf(task), resultPatch(task), 'ignore');
  await new Promise((done) => setImmediate(done));
}
const seconds = (performance.now() - begin) / 1000;
await pause(settledMs);
const weight: Weight = { emptyMb, fullMb: residentMb(), peakMb: process.resourceUsage().maxRSS / 1024, seconds };
const found = await store.find([msgIdOf(0), msgIdOf(count - 1)]);
if (!found.every((one) => 'record' in one && one.record.resultContent?.status === 'ok'))
  throw new Error('The store has lost tasks.');
console.log(JSON.stringify(weight));
