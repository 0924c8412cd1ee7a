import type { Ports } from '@muster/machine';

/** Waits that end early when the service stops. */
export interface Pause {
  for(ms: number): Promise<void>;
  /** Ends all waits, also later ones. */
  end(): void;
  readonly ended: boolean;
}

export function createPause({ clock, timers }: Pick<Ports, 'clock' | 'timers'>): Pause {
  const waits = new Map<string, () => void>();
  let count = 0;
  let ended = false;
  return {
    for: (ms) =>
      new Promise((resolve) => {
        if (ended) return resolve();
        const id = `task-scheduler.pause:${count++}`;
        const done = (): void => {
          waits.delete(id);
          resolve();
        };
        waits.set(id, done);
        timers.set(id, clock.nowUs() + ms * 1000, done);
      }),
    end() {
      ended = true;
      for (const [id, done] of waits) {
        timers.clear(id);
        done();
      }
    },
    get ended() {
      return ended;
    },
  };
}
