import type { Frames, PeerId } from '@muster/protocol';
import { fromPeerId } from '@muster/protocol';
import type { Socket } from '../port.ts';
import { createSendQueue } from '../send-queue.ts';
import type { NativeSocket } from './native-socket.ts';

/** How often a DEALER without a peer looks whether it has one: libzmq tells nobody. */
const retryMs = 10;

/** The sending half of a socket. */
export interface Sender {
  send(peer: PeerId, frames: Frames): void;
  flush(): void;
  drained(): Promise<void>;
  queued(): Socket['queued'];
  /** Takes nothing more and waits up to `lingerMs` for what is queued. */
  stop(lingerMs: number): Promise<void>;
}

/**
 * Hands messages to libzmq at once, which keeps them in its own unlimited queue of each peer. Only a DEALER can be without
 * a peer to keep them for; then they wait here, and all that follows behind them.
 */
export function createSender(native: NativeSocket, kind: Socket['kind'], onError: (error: unknown) => void): Sender {
  const waiting = createSendQueue();
  let retry: NodeJS.Timeout | undefined;
  let stopped = false;

  const handOver = (frames: Frames): void => {
    native.send(frames).catch(onError);
  };
  const take = (frames: Frames): boolean => {
    if (!native.writable) return false;
    handOver(frames);
    return true;
  };
  function flush(): void {
    waiting.flush(take);
    if (waiting.messages > 0) {
      retry ??= setInterval(flush, retryMs);
    } else {
      clearInterval(retry);
      retry = undefined;
    }
  }
  function sendAsDealer(frames: Frames): void {
    if (waiting.messages === 0 && take(frames)) return;
    waiting.push(frames);
    retry ??= setInterval(flush, retryMs);
  }
  return {
    send(peer, frames) {
      if (kind === 'sub') throw new Error('A SUB socket sends nothing.');
      if (stopped || frames.length === 0) return;
      if (kind === 'router') handOver([fromPeerId(peer), ...frames]);
      else if (kind === 'pub') handOver(frames);
      else sendAsDealer(frames);
    },
    flush,
    drained: waiting.drained,
    queued: () => ({ messages: waiting.messages, bytes: waiting.bytes }),
    async stop(lingerMs) {
      stopped = true;
      const ended = setTimeout(() => waiting.clear(), lingerMs);
      await waiting.drained();
      clearTimeout(ended);
      clearInterval(retry);
    },
  };
}
