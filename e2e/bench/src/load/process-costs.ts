// What processes have used, from Linux' /proc.
import { readdirSync, readFileSync } from 'node:fs';

const text = (path: string): string => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
};

/** Microseconds of processor time that the threads of these processes have used; those that have ended count nothing. */
export function cpuUs(pids: readonly number[]): number {
  let ns = 0;
  for (const pid of pids)
    for (const thread of threadsOf(pid)) ns += Number.parseInt(text(`/proc/${pid}/task/${thread}/schedstat`), 10) || 0;
  return ns / 1000;
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}
