import type { Received, SocketKind } from '../port.ts';
import { largestBatch } from '../port.ts';
import type { NativeSocket } from './native-socket.ts';

/**
 * Reads until the socket is closed: waits for a message, takes all that are there behind it, delivers them as one batch.
 * After a full batch the event loop has its turn.
 * An exception of `deliver` goes to `onError` and ends nothing.
 */
export async function receiveBatches(
  native: NativeSocket,
  kind: SocketKind,
  deliver: (batch: readonly Received[]) => void,
  onError: (error: unknown) => void,
): Promise<void> {
  const routed = kind === 'router';
  for (;;) {
    const batch: Received[] = [];
    try {
      do {
        const frames = await native.receive();
        batch.push({ peer: routed ? frames.shift()!.toString('latin1') : '', frames });
      } while (batch.length < largestBatch && native.readable);
    } catch (error) {
      if (native.closed) return;
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return onError(error);
    }
    try {
      if (batch.length > 0) deliver(batch);
    } catch (error) {
      onError(error);
    }
    if (batch.length === largestBatch) await new Promise((done) => setImmediate(done));
  }
}
