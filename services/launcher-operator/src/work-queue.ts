// Names of things to be looked at: each by one worker at a time, not twice for what comes in together, not too often, and
// again after an error.
import type { Ports } from '@muster/machine';

export interface WorkQueueOptions {
  readonly ports: Ports;
  /** Resolves to how long until it should be looked at again, in ms; undefined: when something happens. */
  readonly work: (name: string) => Promise<number | undefined>;
  readonly onError: (error: unknown, name: string) => void;
  /** Names that are worked on at the same time. Default 4. */
  readonly workers?: number;
  /** Between two looks at one thing, at least. Default 100. */
  readonly betweenMs?: number;
  /** After an error, doubled each time. Default 500, up to 30,000. */
  readonly firstRetryMs?: number;
  readonly lastRetryMs?: number;
}

export interface WorkQueue {
  add(name: string): void;
  /** Nothing is begun any more; resolves when what was begun has ended. */
  stop(): Promise<void>;
}

interface Item {
  state: 'idle' | 'waiting' | 'working' | 'working, again';
  errors: number;
  lastUs: number;
}

export function createWorkQueue(options: WorkQueueOptions): WorkQueue {
  const { ports, work, onError, workers = 4, betweenMs = 100, firstRetryMs = 500, lastRetryMs = 30_000 } = options;
  const items = new Map<string, Item>();
  const ready: string[] = [];
  const running = new Set<Promise<void>>();
  let stopped = false;

  function add(name: string): void {
    if (stopped) return;
    const item = items.get(name) ?? { state: 'idle', errors: 0, lastUs: Number.NEGATIVE_INFINITY };
    items.set(name, item);
    if (item.state === 'working') item.state = 'working, again';
    if (item.state !== 'idle') return;
    ports.timers.clear(timer(name));
    const waitUs = item.lastUs + betweenMs * 1000 - ports.clock.nowUs();
    if (waitUs > 0) later(name, waitUs / 1000);
    else {
      item.state = 'waiting';
      ready.push(name);
      next();
    }
  }
  function next(): void {
    while (running.size < workers && !stopped) {
      const name = ready.shift();
      if (name === undefined) return;
      const task = run(name, items.get(name)!).finally(() => {
        running.delete(task);
        next();
      });
      running.add(task);
    }
  }
  async function run(name: string, item: Item): Promise<void> {
    item.state = 'working';
    let afterMs: number | undefined;
    try {
      afterMs = await work(name);
      item.errors = 0;
    } catch (error) {
      afterMs = Math.min(lastRetryMs, firstRetryMs * 2 ** Math.min(item.errors++, 20));
      if (!stopped) onError(error, name);
    }
    item.lastUs = ports.clock.nowUs();
    const again = (item.state as Item['state']) === 'working, again' && item.errors === 0;
    item.state = 'idle';
    if (again) add(name);
    else if (afterMs !== undefined) later(name, Math.max(betweenMs, afterMs));
    else items.delete(name);
  }
  function later(name: string, afterMs: number): void {
    if (!stopped) ports.timers.set(timer(name), ports.clock.nowUs() + afterMs * 1000, () => add(name));
  }
  return {
    add,
    async stop() {
      stopped = true;
      for (const name of items.keys()) ports.timers.clear(timer(name));
      ready.length = 0;
      await Promise.all(running);
    },
  };
}

const timer = (name: string): string => `work:${name}`;
