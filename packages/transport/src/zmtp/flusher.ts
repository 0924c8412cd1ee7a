// Timers are taken from their module everywhere here: in an engine, user code may put others in the place of the globals.
import { setImmediate } from 'node:timers';

/** Something that gathers output during a turn of the event loop. */
interface Flushable {
  flush(): void;
}

/** Calls each `flush` once, at the end of this turn of the event loop. */
export interface Flusher {
  add(one: Flushable): void;
}

export function createFlusher(): Flusher {
  let waiting: Flushable[] = [];
  let spare: Flushable[] = [];
  function run(): void {
    const now = waiting;
    waiting = spare;
    for (let i = 0; i < now.length; i++) now[i]!.flush();
    now.length = 0;
    spare = now;
  }
  return {
    add(one) {
      if (waiting.push(one) === 1) setImmediate(run);
    },
  };
}
