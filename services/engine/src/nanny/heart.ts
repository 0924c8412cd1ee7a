// The engine's heart (§2.6): every ping goes back as it came. And its own watch over the controller (§7.3).
import type { EngineConnection } from '@muster/protocol';
import type { NannySockets } from './sockets.ts';

export interface Heart {
  /** Looks no more. The sockets close with the transport. */
  stop(): void;
}

/** Beside the period, the time in which a ping may still be under way. */
const graceMs = 500;

/** `onLost`: for `maxMisses` periods in a row no ping came; 0 never looks. */
export function startHeart(
  sockets: NannySockets,
  connection: EngineConnection,
  heartbeatMs: number,
  maxMisses: number,
  onLost: (misses: number) => void,
): Heart {
  const pong = sockets.connect('dealer', connection.hb_pong);
  const ping = sockets.connect('sub', connection.hb_ping);
  let beats = 0;
  let misses = 0;
  ping.onMessages((batch) => {
    beats += batch.length;
    for (const { frames } of batch) pong.send('', frames);
  });
  const watch = setInterval(() => {
    misses = beats === 0 ? misses + 1 : 0;
    beats = 0;
    if (maxMisses > 0 && misses === maxMisses) onLost(misses);
  }, heartbeatMs + graceMs);
  return {
    stop: () => clearInterval(watch),
  };
}
