import { Worker } from 'node:worker_threads';

/** The main thread's side of the watch (see watch-worker.ts). */
export interface Watch {
  /** Starts the thread, once: before user code runs for the first time. */
  start(): void;
  /** The main thread handles this interrupt itself. False when it, or a later one, was handled already. */
  handle(serial: number): boolean;
}

/** `onTerminated`: code in a loop was ended for this interrupt; nothing of it below its first frame has run on. */
export function createWatch(onTerminated: (serial: number) => void): Watch {
  const handled = new Int32Array(new SharedArrayBuffer(4));
  let worker: Worker | undefined;
  const handle = (serial: number): boolean => {
    if (Atomics.load(handled, 0) >= serial) return false;
    Atomics.store(handled, 0, serial);
    return true;
  };
  return {
    handle,
    start() {
      if (worker !== undefined) return;
      const extension = import.meta.filename.endsWith('.ts') ? 'ts' : 'js';
      worker = new Worker(new URL(`./watch-worker.${extension}`, import.meta.url), {
        name: 'watch',
        workerData: { handled: handled.buffer },
        execArgv: [],
        env: {},
        resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
      });
      worker.on('message', (serial: number) => {
        if (handle(serial)) onTerminated(serial);
      });
      worker.unref();
    },
  };
}
