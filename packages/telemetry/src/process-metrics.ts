// Figures of this process, by the names that others use for them.
import type { Metric } from './metrics.ts';
import { counter, gauge } from './metrics.ts';
import { countOpenFiles } from './open-files.ts';

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
      const files = countOpenFiles();
      return [
        counter('process_cpu_seconds_total', 'CPU time used.', (user + system) / 1e6),
        gauge('process_resident_memory_bytes', 'Resident memory.', rss),
        gauge('nodejs_heap_used_bytes', 'Memory that objects of JavaScript take.', heapUsed),
        gauge('nodejs_external_memory_bytes', 'Memory outside of the heap.', external),
        ...(files === undefined
          ? []
          : [
              gauge('process_open_fds', 'Open files and connections.', files.open),
              gauge('process_max_fds', 'Files and connections that may be open.', files.most),
            ]),
        gauge('process_start_time_seconds', 'When the process began, since 1970.', performance.timeOrigin / 1000),
        gauge(
          'nodejs_eventloop_lag_seconds',
          'The longest wait for the event loop since this was asked last.',
          lagMs / 1000,
        ),
      ];
    },
    close: () => clearInterval(timer),
  };
}
