// Work that goes on while parts of the cluster come and go: each request must get a result or an error in time.
import { setTimeout as pause } from 'node:timers/promises';
import type { AsyncResult, Client } from '@muster/client';

export interface WorkReport {
  /** Right results. */
  done: number;
  /** Requests that got an error. */
  failed: number;
  /** Requests that got neither within the bound. */
  hung: string[];
  /** Results that are not what they should be. */
  wrong: string[];
  /** What the errors were, each once. */
  readonly errors: Set<string>;
}

export interface SteadyWork {
  readonly report: WorkReport;
  /** Begins no more; resolves when all that was begun has got its answer, or is overdue. */
  stop(): Promise<WorkReport>;
}

/** How long a request may take at most. */
export const boundMs = 45_000;
const betweenMs = 50;

/** Balanced, direct and broadcast requests, one after the other on each of three lines, to these Node engines. */
export function startSteadyWork(client: Client, nodeIds: readonly number[]): SteadyWork {
  const report: WorkReport = { done: 0, failed: 0, hung: [], wrong: [], errors: new Set() };
  let isOver = false;
  const balanced = client.loadBalancedView();
  const broadcast = client.broadcastView({ targets: nodeIds });
  const lines: Record<string, (n: number) => [result: () => AsyncResult<unknown>, expected: unknown]> = {
    balanced: (n) => [() => balanced.apply((x: number) => x + 1, n), n + 1],
    direct: (n) => [() => client.view(nodeIds[n % nodeIds.length]!).apply((x: number) => x + 2, n), n + 2],
    broadcast: (n) => [() => broadcast.apply((x: number) => x + 3, n), nodeIds.map(() => n + 3)],
  };
  const running = Object.entries(lines).map(async ([line, request]) => {
    for (let n = 0; !isOver; n++) {
      const [begin, expected] = request(n);
      await judge(`${line} ${n}`, begin, expected, report);
      await pause(betweenMs);
    }
  });
  return {
    report,
    async stop() {
      isOver = true;
      await Promise.all(running);
      return report;
    },
  };
}

async function judge(
  what: string,
  begin: () => AsyncResult<unknown>,
  expected: unknown,
  report: WorkReport,
): Promise<void> {
  try {
    const result = begin();
    if (!(await result.wait({ timeoutMs: boundMs }))) {
      report.hung.push(what);
      return;
    }
    const value = await result;
    if (JSON.stringify(value) === JSON.stringify(expected)) report.done++;
    else report.wrong.push(`${what}: ${JSON.stringify(value)}`);
  } catch (error) {
    report.failed++;
    report.errors.add(`${what.split(' ', 1)[0]}: ${(error as Error).message}`);
  }
}
