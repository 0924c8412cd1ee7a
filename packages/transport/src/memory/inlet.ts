import type { Received } from '../port.ts';
import { largestBatch } from '../port.ts';
import type { Schedule } from './network.ts';

/** Messages on their way from the network to the receiver; they wait until there is one. */
export interface Inlet {
  take(batch: readonly Received[]): void;
  open(receive: (batch: readonly Received[]) => void): void;
  /** Drops what waits and all that comes. */
  close(): void;
}

export function createInlet(schedule: Schedule, onError: (error: Error) => void): Inlet {
  let receive: ((batch: readonly Received[]) => void) | undefined;
  let waiting: Received[][] = [];
  let scheduled = false;
  let closed = false;

  function hand(batch: readonly Received[]): void {
    try {
      receive?.(batch);
    } catch (error) {
      onError(error instanceof Error ? error : new Error(String(error)));
    }
  }
  function handWaiting(): void {
    scheduled = false;
    const batch = waiting.shift();
    if (batch !== undefined) hand(batch);
    handLater();
  }
  function handLater(): void {
    if (scheduled || waiting.length === 0) return;
    scheduled = true;
    schedule(handWaiting);
  }
  return {
    take(batch) {
      if (closed) return;
      if (receive !== undefined && waiting.length === 0) return hand(batch);
      const last = waiting.at(-1);
      if (last !== undefined && last.length + batch.length <= largestBatch) last.push(...batch);
      else waiting.push([...batch]);
      if (receive !== undefined) handLater();
    },
    open(receiver) {
      if (closed) return;
      receive = receiver;
      handLater();
    },
    close() {
      closed = true;
      waiting = [];
    },
  };
}
