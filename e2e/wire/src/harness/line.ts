// A raw socket with a name: it keeps all it hears until somebody takes it.
import type { Frames, Signer } from '@muster/protocol';
import type { Socket } from '@muster/transport';
import type { Heard } from './heard.ts';
import { hear } from './heard.ts';

export interface Line {
  readonly name: string;
  /** Sends frames as they are; a ROUTER needs the `peer`. */
  send(frames: Frames, peer?: string): void;
  /** What was heard and not taken yet, oldest first. */
  readonly waiting: readonly Heard[];
  /**
   * Takes the oldest message that matches (default: any), waiting for it at most `timeoutMs` (default 10,000); undefined
   * when it did not come.
   */
  next(matches?: (heard: Heard) => boolean, timeoutMs?: number): Promise<Heard | undefined>;
  /** Takes all that waits. */
  drain(): Heard[];
  /** Messages for which this gives true are kept from everybody: they are the harness's own. */
  intercept(handle: (heard: Heard) => boolean): void;
  close(): Promise<void>;
}

const patienceMs = 10_000;

export function createLine(name: string, socket: Socket, signer: Signer): Line {
  const waiting: Heard[] = [];
  const waiters = new Set<() => void>();
  let intercepted: (heard: Heard) => boolean = () => false;

  if (socket.kind !== 'pub')
    socket.onMessages((batch) => {
      for (const { peer, frames } of batch) {
        const heard = hear(name, peer, frames, signer);
        if (!intercepted(heard)) waiting.push(heard);
      }
      for (const look of [...waiters]) look();
    });

  function take(matches: (heard: Heard) => boolean): Heard | undefined {
    const at = waiting.findIndex(matches);
    return at < 0 ? undefined : waiting.splice(at, 1)[0];
  }
  return {
    name,
    waiting,
    send: (frames, peer = '') => socket.send(peer, frames),
    next(matches = () => true, timeoutMs = patienceMs) {
      return new Promise((resolve) => {
        const end = (heard: Heard | undefined): void => {
          clearTimeout(timer);
          waiters.delete(look);
          resolve(heard);
        };
        const timer = setTimeout(() => end(undefined), timeoutMs);
        const look = (): void => {
          const heard = take(matches);
          if (heard !== undefined) end(heard);
        };
        waiters.add(look);
        look();
      });
    },
    drain: () => waiting.splice(0),
    intercept(handle) {
      intercepted = handle;
    },
    close: () => socket.close(),
  };
}

/** The next message on any of several lines; undefined when none came in `timeoutMs`. */
export async function nextOf(lines: readonly Line[], timeoutMs = patienceMs): Promise<Heard | undefined> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const line = lines.find(({ waiting }) => waiting.length > 0);
    if (line !== undefined) return line.next();
    if (performance.now() > deadline) return undefined;
    await new Promise((done) => setTimeout(done, 2));
  }
}
