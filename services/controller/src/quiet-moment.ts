// What the start has left behind (sources, code that ran once, a young generation that has grown) is given back to the system in
// the first quiet moment: V8 itself would keep it until the heap has doubled.
import { performance } from 'node:perf_hooks';
import { releaseMemory } from '@muster/machine/node';

const everyMs = 1000;
/** A collection takes some 30 ms: not while messages flow. */
const quiet = 0.1;

/** Does not keep the process alive; gives the way to call it off. */
export function releaseInQuietMoment(
  release: () => void = releaseMemory,
  load: typeof performance.eventLoopUtilization = performance.eventLoopUtilization.bind(performance),
): () => void {
  let before = load();
  const timer = setInterval(() => {
    const now = load();
    const { utilization } = load(now, before);
    before = now;
    if (utilization > quiet) return;
    clearInterval(timer);
    release();
  }, everyMs).unref();
  return () => clearInterval(timer);
}
