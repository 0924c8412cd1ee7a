// Interrupts under way: each is confirmed by the kernel, or found not to work.
import type { Interrupted } from '../ipc.ts';

export interface Interrupts {
  /** A new interrupt. `confirmed` resolves to what it met, or to undefined after the time limit. */
  begin(): { readonly serial: number; readonly confirmed: Promise<Interrupted | undefined> };
  confirm(serial: number, what: Interrupted): void;
  /** An earlier one was not confirmed in time: the kernel does not react to interrupts. */
  readonly unheard: boolean;
  /** The kernel has ended. */
  stop(): void;
}

export function createInterrupts(limitMs: number): Interrupts {
  const waiting = new Map<number, (what: Interrupted | undefined) => void>();
  let serial = 0;
  let unheard = false;
  return {
    begin() {
      const mine = ++serial;
      const { promise, resolve } = Promise.withResolvers<Interrupted | undefined>();
      const timer = setTimeout(() => {
        unheard = true;
        waiting.delete(mine);
        resolve(undefined);
      }, limitMs);
      waiting.set(mine, (what) => {
        clearTimeout(timer);
        resolve(what);
      });
      return { serial: mine, confirmed: promise };
    },
    confirm(upTo, what) {
      unheard = false;
      for (const [one, resolve] of waiting) {
        if (one > upTo) continue;
        waiting.delete(one);
        resolve(what);
      }
    },
    get unheard() {
      return unheard;
    },
    stop() {
      for (const resolve of waiting.values()) resolve('ended');
      waiting.clear();
    },
  };
}
