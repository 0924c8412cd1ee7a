// The real ports on Node: wall clock, crypto ids, setTimeout.
import { randomBytes } from 'node:crypto';
import type { Clock, Ports, Timers } from './ports.ts';

export { releaseMemory } from './release-memory.ts';

/** Wall clock in microseconds, strictly increasing; follows corrections of the system's clock, but never backwards. */
export function createSystemClock(): Clock {
  let last = 0;
  let anchorMs = 0;
  let anchorUs = 0;
  return {
    nowUs() {
      const monotonicMs = performance.now();
      if (anchorUs === 0 || monotonicMs - anchorMs > 1000) {
        anchorMs = monotonicMs;
        anchorUs = Date.now() * 1000;
      }
      last = Math.max(last + 1, Math.floor(anchorUs + (monotonicMs - anchorMs) * 1000));
      return last;
    },
  };
}

/** setTimeout takes at most this long; longer timers are set again. */
const longestMs = 2 ** 31 - 1;

/** Timers on the event loop. They keep the process alive until they are cleared. */
export function createSystemTimers(clock: Clock): Timers {
  const handles = new Map<string, NodeJS.Timeout>();
  function set(id: string, atUs: number, fire: () => void): void {
    clearTimeout(handles.get(id));
    const ms = Math.max(0, Math.ceil((atUs - clock.nowUs()) / 1000));
    const due = (): void => {
      handles.delete(id);
      if (ms > longestMs) set(id, atUs, fire);
      else fire();
    };
    handles.set(id, setTimeout(due, Math.min(ms, longestMs)));
  }
  return {
    set,
    clear(id) {
      clearTimeout(handles.get(id));
      handles.delete(id);
    },
    get size() {
      return handles.size;
    },
  };
}

/** 16 random bytes as 8 hex, "-", 24 hex: the form of sessions and default keys (§1.2). */
export function newId(): string {
  const hex = randomBytes(16).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}

export function createSystemPorts(): Ports {
  const clock = createSystemClock();
  return { clock, random: Math.random, newId, timers: createSystemTimers(clock) };
}
