// Engines on their way into the store's registry. Of each only the latest word counts; what fails is tried again for as long as
// it takes, so that a store that is away for an hour knows all in the end.
import { setTimeout as pause } from 'node:timers/promises';
import type { EngineRegistry, StoredEngine } from '@muster/task-store';
import type { ThrottledWarn } from '@muster/telemetry';
import type { EngineWrite } from '../core/index.ts';

export interface EngineKeeper {
  /** Resolves when all are stored, or the store fails, or is slow: then nobody is to wait for it. */
  write(writes: readonly EngineWrite[]): void | Promise<void>;
  /** Resolves when all are stored, or after a time. Tries nothing again after that. */
  stop(): Promise<void>;
}

/** How long announcements, and the end, wait for a store that does not answer. */
const patienceMs = 2000;
const firstRetryMs = 100;
const longestRetryMs = 2000;
const atOnce = 32;

export function createEngineKeeper(registry: EngineRegistry, warn: ThrottledWarn): EngineKeeper {
  /** undefined: to be removed. */
  const unstored = new Map<string, StoredEngine | undefined>();
  const stopping = new AbortController();
  let storing: Promise<void> | undefined;
  let isFailing = false;
  let onFailure: (() => void)[] = [];

  async function storeOne(uuid: string, engine: StoredEngine | undefined): Promise<void> {
    await (engine === undefined ? registry.remove(uuid) : registry.put(engine));
    if (unstored.get(uuid) === engine) unstored.delete(uuid);
  }
  async function storeAll(): Promise<void> {
    for (let waitMs = firstRetryMs; unstored.size > 0; waitMs = Math.min(2 * waitMs, longestRetryMs)) {
      const some = [...unstored].slice(0, atOnce);
      const results = await Promise.allSettled(some.map(([uuid, engine]) => storeOne(uuid, engine)));
      const failed = results.find((result) => result.status === 'rejected');
      isFailing = failed !== undefined;
      if (failed === undefined) {
        waitMs = firstRetryMs / 2;
        continue;
      }
      for (const tell of onFailure.splice(0)) tell();
      if (stopping.signal.aborted) return;
      warn({ engines: unstored.size, why: (failed.reason as Error).message }, 'engines cannot be stored; trying again');
      await pause(waitMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }
  function start(): void {
    storing ??= storeAll().finally(() => {
      storing = undefined;
      if (unstored.size > 0 && !stopping.signal.aborted) start();
    });
  }
  function wait(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, patienceMs);
    onFailure.push(resolve);
    return Promise.race([promise, storing]).finally(() => {
      clearTimeout(timer);
      onFailure = onFailure.filter((each) => each !== resolve);
    });
  }
  return {
    write(writes) {
      if (writes.length === 0) return;
      for (const write of writes)
        if (write.type === 'engine.put') unstored.set(write.engine.uuid, write.engine);
        else unstored.set(write.uuid, undefined);
      start();
      return isFailing ? undefined : wait();
    },
    async stop() {
      stopping.abort();
      if (storing !== undefined) await wait();
    },
  };
}
