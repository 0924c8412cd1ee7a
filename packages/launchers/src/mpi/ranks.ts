// The ranks that an mpiexec has on this machine.
import { readFileSync } from 'node:fs';
import type { LaunchHandle } from '../port.ts';

/** What stands between mpiexec and its ranks, by its name as the system cuts it. */
const daemons = /^(mpiexec|mpirun|orterun|prterun|prted?|orted|hydra_.*|mpiexec\.hydra|pmi_proxy|srun|sh)$/;

/** Interrupts the ranks themselves. Those of other machines are not reached. */
export function signalRanks({ processes }: LaunchHandle, running: readonly string[]): void {
  for (const key of running) {
    const pid = processes[key]?.pid;
    if (pid === undefined) continue;
    for (const rank of ranksBelow(pid, new Set())) {
      try {
        process.kill(rank, 'SIGINT');
      } catch {}
    }
  }
}

function ranksBelow(pid: number, seen: Set<number>): number[] {
  return readProc(`${pid}/task/${pid}/children`)
    .split(' ')
    .filter((word) => word !== '')
    .map(Number)
    .flatMap((child) => {
      if (seen.has(child)) return [];
      seen.add(child);
      return daemons.test(readProc(`${child}/comm`).trim()) ? ranksBelow(child, seen) : [child];
    });
}

function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return '';
  }
}
