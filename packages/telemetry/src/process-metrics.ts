// Figures of this process, by the names that others use for them.
import { performance } from 'node:perf_hooks';
import type { Metric } from './metrics.ts';

export interface ProcessMetrics {
  read(): Metric[];
  close(): void;
}

const tickMs = 500;

/** Measures how late the event loop comes to a timer. Does not keep the process alive. */
export function createProcessMetrics(): ProcessMetrics {
  let due = performance.now() + tickMs;
  let latestMs = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    latestMs = Math.max(latestMs, now - due);
    due = now + tickMs;
  }, tickMs).unref();
  return {
    read() {
      const lagMs = Math.max(latestMs, performance.now() - due, 0);
      latestMs = 0;
      const { user, system } = process.cpuUsage();
      const { rss, heapUsed, external } = process.memoryUsage();
      return [
        { name: 'process_cpu_seconds_total', help: 'CPU time used.', type: 'counter', value: (user + system) / 1e6 },
        { name: 'process_resident_memory_bytes', help: 'Resident memory.', type: 'gauge', value: rss },
        {
          name: 'nodejs_heap_used_bytes',
          help: 'Memory that objects of JavaScript take.',
          type: 'gauge',
          value: heapUsed,
        },
        { name: 'nodejs_external_memory_bytes', help: 'Memory outside of the heap.', type: 'gauge', value: external },
        {
          name: 'process_start_time_seconds',
          help: 'When the process began, since 1970.',
          type: 'gauge',
          value: performance.timeOrigin / 1000,
        },
        {
          name: 'nodejs_eventloop_lag_seconds',
          help: 'The longest that a timer had to wait for the event loop since this was asked last.',
          type: 'gauge',
          value: lagMs / 1000,
        },
      ];
    },
    close: () => clearInterval(timer),
  };
}
