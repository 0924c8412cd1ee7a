// Starts the thread of the database and calls it.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { BackendError } from '../batched/backend.ts';
import { StoreError } from '../port.ts';
import type { TableOptions, TaskTable } from './table.ts';
import type { Answer, CallName, OpenAnswer } from './worker-messages.ts';

export interface DatabaseThread {
  /** The name of the table. */
  readonly table: string;
  /** False once it has ended, in whatever way. */
  readonly alive: boolean;
  /** Rejects with StoreError or BackendError. */
  call<N extends CallName>(
    name: N,
    args: readonly unknown[],
    transfers?: readonly ArrayBuffer[],
  ): Promise<ReturnType<TaskTable[N]>>;
  end(): Promise<void>;
}

/** Why a database could not be opened. */
export class OpenError extends Error {
  override readonly name = 'OpenError';
  /** Of SQLite (`NOTADB`) or of the file system (`EACCES`). */
  readonly code: string | undefined;
  constructor(code: string | undefined, message: string) {
    super(message);
    this.code = code;
  }
}

// In the checkout this is TypeScript, which Node runs as it is; in a package it is what was compiled.
const workerFile = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/** Resolves when the table is open. Rejects with OpenError. */
export async function startDatabaseThread(options: TableOptions): Promise<DatabaseThread> {
  const worker = new Worker(workerFile, { workerData: options, execArgv: ['--disable-warning=ExperimentalWarning'] });
  const waiting = new Map<number, PromiseWithResolvers<never>>();
  let nextId = 0;
  let alive = true;
  const ended = (why: string): void => {
    alive = false;
    for (const { reject } of waiting.values()) reject(new BackendError(why, true));
    waiting.clear();
  };
  worker.on('error', (error) => ended(`its thread failed: ${error.message}`));
  worker.on('exit', () => ended('its thread has ended'));
  const [first] = (await Promise.race([
    once(worker, 'message'),
    once(worker, 'exit').then(() => [{ failed: { code: undefined, message: 'its thread has ended' } }]),
  ]).catch((error: Error) => [{ failed: { code: undefined, message: error.message } }])) as [OpenAnswer];
  if ('failed' in first) {
    await worker.terminate();
    throw new OpenError(first.failed.code, first.failed.message);
  }
  worker.on('message', (answer: Answer) => {
    const promise = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ('value' in answer) promise?.resolve(answer.value as never);
    else if ('refused' in answer) promise?.reject(new StoreError(answer.refused.ename, answer.refused.evalue));
    else promise?.reject(new BackendError(answer.failed.message, answer.failed.retryable));
  });
  return {
    table: first.opened,
    get alive() {
      return alive;
    },
    async call(name, args, transfers = []) {
      if (!alive) throw new BackendError('its thread has ended', true);
      const id = nextId++;
      const promise = Promise.withResolvers<never>();
      waiting.set(id, promise);
      worker.postMessage({ id, name, args }, transfers);
      return promise.promise;
    },
    async end() {
      await worker.terminate();
    },
  };
}
