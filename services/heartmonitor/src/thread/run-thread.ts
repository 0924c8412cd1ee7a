// One life of the heartmonitor's thread, seen from the main thread.

import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Bus } from '@muster/bus';
import { MusterError } from '@muster/protocol';
import type { Logger } from '@muster/telemetry';
import type { FromThread, HeartbeatPorts, ThreadStart, ToThread } from './messages.ts';
import { heardFacts } from './messages.ts';

export interface RunningThread {
  readonly ports: HeartbeatPorts;
  /** Resolves to the reason when the thread has ended, in whatever way. */
  readonly ended: Promise<string>;
  start(): void;
  /** As HeartmonitorService.resync; also resolves when the thread ends. */
  resync(): Promise<void>;
  stop(): Promise<void>;
}

export interface RunThreadOptions extends ThreadStart {
  readonly bus: Bus;
  readonly log: Logger;
  /** At most this for what it keeps. Default 1024. */
  readonly heapMb?: number;
}

/** Closing lingers for half a second; a thread that hangs is not waited for. */
const stopWithinMs = 3000;
/** Two connections an engine take 40 kB: room for ten thousand engines. */
const defaultHeapMb = 1024;
/** Little garbage with few engines. */
const maxYoungGenerationSizeMb = 2;

/** Resolves when the thread has bound its sockets. Rejects with MusterError `port_in_use` or `bad_option`. */
export async function runThread(options: RunThreadOptions): Promise<RunningThread> {
  const { bus, log, binding, config, heapMb = defaultHeapMb } = options;
  const worker = openWorker({ binding, config }, heapMb);
  const post = (message: ToThread): void => worker.postMessage(message);
  const bound = Promise.withResolvers<HeartbeatPorts>();
  const end = Promise.withResolvers<string>();
  let reason: string | undefined;
  let resynced: PromiseWithResolvers<void> | undefined;
  const facts = heardFacts.map((type) => bus.subscribe(type, (fact) => post({ fact })));

  function ended(why: string): void {
    for (const unsubscribe of facts) unsubscribe();
    bound.reject(new Error(`the heartmonitor's thread ended: ${why}`));
    resynced?.resolve();
    end.resolve(why);
  }
  function answer(id: number, timeoutMs: number): void {
    bus.ask({ type: 'engines.list' }, { timeoutMs }).then(
      (list) => post({ id, list }),
      (error: Error) => post({ id, failed: error.message }),
    );
  }
  function receive(message: FromThread): void {
    if ('fact' in message) bus.publish(message.fact);
    else if ('level' in message) log[message.level](message.fields, message.text);
    else if ('id' in message) answer(message.id, message.timeoutMs);
    else if ('bound' in message) bound.resolve(message.bound);
    else if ('refused' in message) bound.reject(refusal(message.refused));
    else if ('failed' in message) reason = message.failed;
    else resynced?.resolve();
  }
  worker.on('message', receive);
  worker.on('error', (error) => ended(error.message));
  worker.on('exit', (status) => ended(reason ?? `status ${status}`));
  return {
    ports: await bound.promise.catch(async (error: unknown) => {
      await worker.terminate();
      throw error;
    }),
    ended: end.promise,
    start: () => post({ call: 'start' }),
    resync() {
      resynced = Promise.withResolvers<void>();
      post({ call: 'resync' });
      return resynced.promise;
    },
    async stop() {
      for (const unsubscribe of facts) unsubscribe();
      post({ call: 'stop' });
      const late = setTimeout(() => void worker.terminate(), stopWithinMs);
      await end.promise;
      clearTimeout(late);
    },
  };
}

const refusal = ({ code, message, remedy }: Extract<FromThread, { refused: object }>['refused']): MusterError =>
  new MusterError(code, message, remedy);

// In the checkout this is TypeScript, which Node runs as it is; in a package it is what was compiled.
const file = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url);

function openWorker(workerData: ThreadStart, heapMb: number): Worker {
  const cache = getCompileCacheDir();
  return new Worker(file, {
    workerData,
    resourceLimits: { maxYoungGenerationSizeMb, maxOldGenerationSizeMb: heapMb },
    name: 'heartmonitor',
    execArgv: ['--disable-warning=ExperimentalWarning'],
    // What the main thread has compiled; without it a start costs 200 ms and the compiler's memory.
    env: cache === undefined ? {} : { NODE_COMPILE_CACHE: dirname(cache) },
  });
}
