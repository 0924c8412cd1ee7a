// What user code writes, on its way to iopub: at once while it is little, gathered when it is a flood.
import { clearTimeout, setTimeout } from 'node:timers';
import type { JsonObject } from '@muster/protocol';

export type StreamName = 'stdout' | 'stderr';

export interface Output {
  /** `parent`: header of the request whose code writes. */
  write(name: StreamName, text: string, parent: JsonObject): void;
  /** Publishes what is gathered. */
  flush(): void;
}

/** Publishes a piece of text. Called while user code runs, so it must not need the event loop. */
export type PublishText = (name: StreamName, text: string, parent: JsonObject) => void;

const burst = 64;
const refillMs = 2;
const gatherMs = 10;
const maxChars = 256 * 1024;

/**
 * A piece goes out at once as long as not more than 64 did so lately (one more every 2 ms); beyond that pieces are
 * gathered for 10 ms or 256 Ki characters. A loop that never lets the event loop run is heard too, since each write looks
 * at the clock.
 */
export function createOutput(publish: PublishText, nowMs: () => number = () => performance.now()): Output {
  let credit = burst;
  let creditAtMs = nowMs();
  let name: StreamName = 'stdout';
  let parent: JsonObject = {};
  let text = '';
  let sinceMs = 0;
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    if (timer !== undefined) clearTimeout(timer);
    timer = undefined;
    if (text === '') return;
    const whole = text;
    text = '';
    publish(name, whole, parent);
  }
  function spend(): boolean {
    const now = nowMs();
    const refill = Math.floor((now - creditAtMs) / refillMs);
    if (refill > 0) {
      credit = Math.min(burst, credit + refill);
      creditAtMs = now;
    }
    if (credit === 0) return false;
    credit--;
    return true;
  }
  return {
    write(toName, piece, toParent) {
      if (piece === '') return;
      if (text !== '' && (toName !== name || toParent !== parent)) flush();
      if (text === '') sinceMs = nowMs();
      name = toName;
      parent = toParent;
      text += piece;
      if (text.length >= maxChars || nowMs() - sinceMs >= gatherMs || spend()) flush();
      else timer ??= setTimeout(flush, gatherMs);
    },
    flush,
  };
}
