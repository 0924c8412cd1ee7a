// What happened, by version: watches read it from any version on, until it is forgotten.
import type { WatchEvent } from '../api.ts';
import type { KubeObject } from '../objects.ts';

export interface Change {
  readonly version: number;
  /** API version, plural and namespace. */
  readonly collection: string;
  readonly before: KubeObject | undefined;
  /** Undefined when it was removed. */
  readonly after: KubeObject | undefined;
  /** With the version of the removal. */
  readonly last: KubeObject;
}

export interface History {
  add(change: Change): void;
  /** Changes after `version`, as they come. Undefined when they are forgotten. */
  read(version: number, signal: AbortSignal): AsyncGenerator<Change> | undefined;
  /** Forgets everything before `version`; watches that stand go on. */
  compact(version: number): void;
  /** Breaks every watch that stands. */
  breakOff(error: Error): void;
}

export function createHistory(): History {
  const changes: Change[] = [];
  let oldest = 0;
  let broken = new AbortController();
  const wake: (() => void)[] = [];
  const wakeAll = (): void => {
    for (const resolve of wake.splice(0)) resolve();
  };
  async function* follow(version: number, signal: AbortSignal): AsyncGenerator<Change> {
    const cut = broken.signal;
    signal.addEventListener('abort', wakeAll, { once: true });
    let at = version;
    for (;;) {
      cut.throwIfAborted();
      if (signal.aborted) return;
      const next = changes.filter((change) => change.version > at);
      for (const change of next) {
        yield change;
        at = change.version;
      }
      if (next.length > 0) continue;
      await new Promise<void>((resolve) => void wake.push(resolve));
    }
  }
  return {
    add(change) {
      changes.push(change);
      wakeAll();
    },
    read: (version, signal) => (version < oldest ? undefined : follow(version, signal)),
    compact(version) {
      oldest = version;
    },
    breakOff(error) {
      broken.abort(error);
      broken = new AbortController();
      wakeAll();
    },
  };
}

const fits = (object: KubeObject | undefined, labels: Readonly<Record<string, string>>): boolean =>
  object !== undefined && Object.entries(labels).every(([key, value]) => object.metadata.labels?.[key] === value);

/** How a change looks to who watches these labels; undefined when it does not concern them. */
export function eventOf(change: Change, labels: Readonly<Record<string, string>>): WatchEvent<KubeObject> | undefined {
  const before = fits(change.before, labels);
  const after = fits(change.after, labels);
  if (!before && !after) return undefined;
  return { type: !before ? 'added' : after ? 'modified' : 'deleted', object: change.last };
}
