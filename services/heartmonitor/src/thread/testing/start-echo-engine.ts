import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { CurveClient } from '@muster/transport';
import type { HeartbeatPorts } from '../messages.ts';
import type { EchoStart } from './echo-engine.ts';

export interface EchoEngine {
  /** Pings that it has heard. */
  readonly pings: number;
  /** Lets it live on without a word. */
  fallSilent(): void;
  stop(): Promise<void>;
}

/** An engine's heart that beats whatever this thread does. */
export function startEchoEngine(uuid: string, ports: HeartbeatPorts, curve?: CurveClient): EchoEngine {
  const counts = new Int32Array(new SharedArrayBuffer(8));
  const place = (port: number): string => `tcp://127.0.0.1:${port}`;
  const workerData: EchoStart = {
    ...{ uuid, counts, ping: place(ports.hb_ping), pong: place(ports.hb_pong) },
    ...(curve && { curve }),
  };
  const worker = new Worker(new URL('./echo-engine.ts', import.meta.url), { workerData });
  const ended = once(worker, 'exit');
  return {
    get pings() {
      return Atomics.load(counts, 0);
    },
    fallSilent: () => void Atomics.store(counts, 1, 1),
    async stop() {
      worker.postMessage('stop');
      await ended;
    },
  };
}
