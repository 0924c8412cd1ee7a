// Services that run apart also use the timers of Node. In a simulation those go by virtual time, so that a seed decides all.
import { syncBuiltinESMExports } from 'node:module';
import timersPromises from 'node:timers/promises';
import type { VirtualTime } from '@muster/machine';

interface WaitOptions {
  readonly signal?: AbortSignal;
}

/** Puts virtual time in the place of setTimeout, its promise, and performance.now. Returns what undoes that. */
export function installVirtualTimers(time: VirtualTime): () => void {
  const real = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    now: performance.now,
    wait: timersPromises.setTimeout,
  };
  const startUs = time.nowUs;
  const set = (run: () => void, ms = 0): unknown => {
    const handle = {
      cancel: time.at(time.nowUs + Math.max(0, ms) * 1000, run),
      unref: () => handle,
      ref: () => handle,
    };
    return handle;
  };
  const clear = (handle?: { cancel?: () => void }): void => handle?.cancel?.();
  const wait = (ms: number, value?: unknown, { signal }: WaitOptions = {}): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(new DOMException('aborted', 'AbortError'));
      const cancel = time.at(time.nowUs + ms * 1000, () => resolve(value));
      signal?.addEventListener('abort', () => {
        cancel();
        reject(new DOMException('aborted', 'AbortError'));
      });
    });
  function install(to: { setTimeout: unknown; clearTimeout: unknown; now: unknown; wait: unknown }): void {
    Object.assign(globalThis, { setTimeout: to.setTimeout, clearTimeout: to.clearTimeout });
    Object.assign(performance, { now: to.now });
    Object.assign(timersPromises, { setTimeout: to.wait });
    syncBuiltinESMExports();
  }
  install({ setTimeout: set, clearTimeout: clear, now: () => (time.nowUs - startUs) / 1000, wait });
  return () => install(real);
}
