import { clearInterval, clearTimeout, setInterval, setTimeout } from 'node:timers';
import { Breach } from './breach.ts';
import type { Heartbeat } from './link.ts';

/** The clocks of a connection. */
export interface LinkTimers {
  startHandshake(mostMs: number): void;
  /** From now on, if there is a heartbeat, `ping` is called for each beat. */
  handshakeEnded(heartbeat: Heartbeat | undefined, ping: () => void): void;
  /** The peer says that it is dead if silent for so long; 0: that it does not say. */
  expectWithin(ttlMs: number): void;
  stop(): void;
}

/**
 * `heard` grows whenever something comes in, or would if it were read; `end` is called when the peer is too slow or silent.
 */
export function createTimers(heard: () => number, end: (breach: Breach) => void): LinkTimers {
  let handshake: NodeJS.Timeout | undefined;
  let beats: NodeJS.Timeout | undefined;
  let answer: NodeJS.Timeout | undefined;
  let expected: NodeJS.Timeout | undefined;
  let expectedMs = 0;

  const endIfSilentSince = (before: number): void => {
    if (heard() === before) end(new Breach('silent'));
  };
  function stop(): void {
    clearTimeout(handshake);
    clearInterval(beats);
    clearTimeout(answer);
    clearInterval(expected);
  }
  return {
    startHandshake(mostMs) {
      handshake = setTimeout(() => end(new Breach('handshake_too_slow', `within ${mostMs} ms`)), mostMs);
    },
    handshakeEnded(heartbeat, ping) {
      clearTimeout(handshake);
      if (heartbeat === undefined) return;
      beats = setInterval(() => {
        const before = heard();
        ping();
        if (answer !== undefined) return;
        answer = setTimeout(() => {
          answer = undefined;
          endIfSilentSince(before);
        }, heartbeat.timeoutMs);
      }, heartbeat.intervalMs);
    },
    expectWithin(ttlMs) {
      if (ttlMs === expectedMs) return;
      expectedMs = ttlMs;
      clearInterval(expected);
      if (ttlMs === 0) return;
      let before = heard();
      expected = setInterval(() => {
        endIfSilentSince(before);
        before = heard();
      }, ttlMs);
    },
    stop,
  };
}
