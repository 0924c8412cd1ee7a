// Frames without meaning through a relay, to weigh transports alone.
import type { Transport } from '@muster/transport';
import { cpuUs } from './process-costs.ts';

export interface PlainOptions {
  readonly endpoint: string;
  readonly frames: number;
  readonly frameBytes: number;
  readonly count: number;
  readonly window: number;
  /** Of the relay. */
  readonly pids: readonly number[];
}

/** Each message passes the relay twice, there and back. */
export interface PlainResult {
  readonly messagesPerS: number;
  readonly bytesPerS: number;
  /** Of the relay, for each passage. */
  readonly cpuUs: number;
}

const silenceMs = 30_000;

/** Sends messages that come back. Rejects when one is lost or has changed in size. */
export async function sendPlain(transport: Transport, options: PlainOptions): Promise<PlainResult> {
  const { count, window, pids } = options;
  const message = Array.from({ length: options.frames }, () => Buffer.alloc(options.frameBytes, 'x'));
  const socket = transport.open({ kind: 'dealer' });
  socket.connect(options.endpoint);
  await exchange(Math.min(count, 1000));
  const before = cpuUs(pids);
  const begin = performance.now();
  await exchange(count);
  const seconds = (performance.now() - begin) / 1000;
  const passages = 2 * count;
  const cpu = (cpuUs(pids) - before) / passages;
  await socket.close();
  return {
    messagesPerS: passages / seconds,
    bytesPerS: (passages * options.frames * options.frameBytes) / seconds,
    cpuUs: cpu,
  };

  function exchange(total: number): Promise<void> {
    let sent = 0;
    let back = 0;
    return new Promise((resolve, reject) => {
      const silent = setTimeout(() => reject(new Error(`${back} of ${total} messages came back.`)), silenceMs);
      const refill = (): void => {
        for (; sent < total && sent - back < window; sent++) socket.send('', message);
      };
      socket.onMessages((batch) => {
        silent.refresh();
        for (const { frames } of batch) {
          if (frames.length !== message.length || frames.some(({ length }) => length !== options.frameBytes))
            reject(new Error('A message came back changed.'));
          back++;
        }
        refill();
        if (back < total) return;
        clearTimeout(silent);
        resolve();
      });
      refill();
    });
  }
}
