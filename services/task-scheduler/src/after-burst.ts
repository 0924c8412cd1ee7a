// Very many waiting tasks make a large heap, and Node gives little of it back by itself: as long as nothing happens it collects
// nothing, and what it has collected it keeps for the next time. So when the burst is over and it is quiet, all is collected and given back.
import type { Ports } from '@muster/machine';

export interface BurstWatch {
  /** To be called when tasks have ended. */
  look(): void;
  stop(): void;
}

interface BurstWatchOptions extends Pick<Ports, 'clock' | 'timers'> {
  /** Unfinished tasks. */
  readonly size: () => number;
  readonly release: () => void;
}

/** So many are a burst; it is over when a tenth is left. */
const manyTasks = 20_000;
const quietMs = 3000;
const timer = 'task-scheduler.burst';

export function createBurstWatch({ clock, timers, size, release }: BurstWatchOptions): BurstWatch {
  let wasMany = false;
  let isSet = false;
  const isOver = (): boolean => size() <= manyTasks / 10;

  function due(): void {
    isSet = false;
    if (!isOver()) return;
    wasMany = false;
    release();
  }
  return {
    look() {
      if (size() >= manyTasks) wasMany = true;
      if (!wasMany || isSet || !isOver()) return;
      isSet = true;
      timers.set(timer, clock.nowUs() + quietMs * 1000, due);
    },
    stop() {
      wasMany = false;
      timers.clear(timer);
    },
  };
}
