// What is measured: cells, in groups that share a controller. Pure.
import type { Store } from '../controllers/contender.ts';
import type { Mode } from '../load/requests.ts';

type Fullness = 'one' | 'full';

export interface Cell {
  readonly store: Store;
  readonly engines: number;
  readonly mode: Mode;
  /** Requests under way: one (for latency), or as many as keep everything busy. */
  readonly window: Fullness;
}

export interface Group {
  readonly store: Store;
  readonly engines: number;
  readonly cells: readonly Cell[];
}

export interface Choice {
  readonly stores: readonly Store[];
  readonly engines: readonly number[];
  readonly modes: readonly Mode[];
}

/** Everything with records in memory; other stores with one count of engines, for tasks and direct requests at full window. */
export function groupsOf({ stores, engines, modes }: Choice): Group[] {
  const others = engines.includes(4) ? 4 : engines[0]!;
  return stores.flatMap((store) =>
    (store === 'memory' ? engines : [others]).map((count) => ({
      store,
      engines: count,
      cells: modes
        .filter((mode) => store === 'memory' || mode === 'task' || mode === 'direct')
        .flatMap((mode) =>
          (store === 'memory' ? (['full', 'one'] as const) : (['full'] as const)).map((window) => ({
            store,
            engines: count,
            mode,
            window,
          })),
        ),
    })),
  );
}

/** As people read it. */
export const nameOf = ({ store, engines, mode, window }: Cell): string =>
  `${mode}, ${engines} engine${engines === 1 ? '' : 's'}, ${window === 'one' ? 'one at a time' : 'full'}${store === 'memory' ? '' : `, store: ${store}`}`;

export interface Size {
  readonly window: number;
  readonly warmUp: number;
  readonly tasks: number;
}

/** How many requests make a figure: enough for a second or so. Python's controller needs fewer for it. */
export function sizeOf({ mode, window, engines }: Cell, fast: boolean, scale: number): Size {
  const sized = (tasks: number, warmUp: number, full: number): Size => ({
    window: window === 'one' ? 1 : full,
    warmUp: Math.max(1, Math.round(warmUp * scale)),
    tasks: Math.max(2, Math.round(tasks * scale)),
  });
  if (mode === 'broadcast' || mode === 'coalesced') {
    const rounds = Math.ceil((fast ? 4000 : 1500) / Math.max(engines, 8));
    return sized(rounds, Math.ceil(rounds / 5), 8);
  }
  if (window === 'one') return sized(fast ? 1500 : 600, fast ? 500 : 100, 1);
  if (mode === 'task') return sized(fast ? 20_000 : 2500, fast ? 4000 : 300, 256);
  return sized(fast ? 30_000 : 5000, fast ? 5000 : 300, 256);
}
