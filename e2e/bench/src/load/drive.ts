// Keeps a number of requests under way until all are answered.
import type { Frames } from '@muster/protocol';
import type { Socket } from '@muster/transport';
import type { Answers } from './answers.ts';

export interface DriveOptions {
  readonly socket: Socket;
  readonly answers: Answers;
  /** Frames of each request, by its number from 0. */
  readonly frames: (n: number) => Frames;
  readonly count: number;
  /** At most that many requests without their last answer. */
  readonly window: number;
  /** Reject when nothing comes for that long. */
  readonly silenceMs: number;
}

export interface Drive {
  readonly seconds: number;
  /** From send to last answer, sorted, in µs. */
  readonly latenciesUs: Float64Array;
}

export function drive({ socket, answers, frames, count, window, silenceMs }: DriveOptions): Promise<Drive> {
  const sentAt = new Float64Array(count);
  const latenciesUs = new Float64Array(count);
  let sent = 0;
  let complete = 0;
  const begin = performance.now();
  return new Promise((resolve, reject) => {
    const silent = setTimeout(() => {
      const { tally } = answers;
      reject(new Error(`Nothing came for ${silenceMs / 1000} s; sent ${sent} of ${count}: ${JSON.stringify(tally)}`));
    }, silenceMs);
    function refill(): void {
      for (; sent < count && sent - complete < window; sent++) {
        sentAt[sent] = performance.now();
        socket.send('', frames(sent));
      }
    }
    socket.onMessages((batch) => {
      silent.refresh();
      for (const message of batch) {
        const n = answers.take(message.frames);
        if (n < 0) continue;
        latenciesUs[n] = (performance.now() - sentAt[n]!) * 1000;
        complete++;
      }
      refill();
      if (complete < count) return;
      clearTimeout(silent);
      resolve({ seconds: (performance.now() - begin) / 1000, latenciesUs: latenciesUs.sort() });
    });
    refill();
  });
}
