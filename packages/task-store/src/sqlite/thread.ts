// Starts the thread of the database and calls it.
import { Worker } from 'node:worker_threads';
import { BackendError } from '../batched/backend.ts';
import { StoreError } from '../port.ts';
import { OpenError } from './file/open-error.ts';
import type { FileNote } from './file/open-file.ts';
import type { TableOptions, TaskTable } from './table.ts';
import type { Answer, Call, CallName, NoteMessage, OpenAnswer } from './worker-messages.ts';

export interface DatabaseThread {
  /** The name of the table. */
  readonly table: string;
  /** False once it has ended, in whatever way. */
  readonly alive: boolean;
  /** Rejects with StoreError or BackendError. */
  call<N extends CallName>(name: N, args: readonly unknown[]): Promise<ReturnType<TaskTable[N]>>;
  end(): Promise<void>;
}

export interface ThreadOptions {
  readonly onNote?: (note: FileNote) => void;
  /** How long opening may take. Default 60,000: a large file that no program has closed is checked first. */
  readonly openWithinMs?: number;
}

// In the checkout this is TypeScript, which Node runs as it is; in a package it is what was compiled.
const workerFile = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/** Resolves when the table is open. Rejects with OpenError. */
export async function startDatabaseThread(options: TableOptions, given: ThreadOptions = {}): Promise<DatabaseThread> {
  const worker = new Worker(workerFile, { workerData: options, execArgv: ['--disable-warning=ExperimentalWarning'] });
  const calls = createCalls((call) => worker.postMessage(call));
  const opening = Promise.withResolvers<string>();
  let alive = true;
  const ended = (why: string): void => {
    alive = false;
    opening.reject(new OpenError(undefined, why));
    calls.fail(new BackendError(why, true));
  };
  const openWithinMs = given.openWithinMs ?? 60_000;
  const timer = setTimeout(() => {
    opening.reject(new OpenError('SLOW', `the file system has not answered within ${openWithinMs} ms`));
  }, openWithinMs);
  worker.on('error', (error) => ended(`its thread failed: ${error.message}`));
  worker.on('exit', () => ended('its thread has ended'));
  worker.on('message', (message: OpenAnswer | NoteMessage | Answer) => {
    if ('note' in message) {
      // In a large file that another program has made they take minutes; that is no file system that hangs.
      if (message.note.what === 'indexes are being made') clearTimeout(timer);
      given.onNote?.(message.note);
    } else if ('opened' in message) opening.resolve(message.opened);
    else if ('id' in message) calls.take(message);
    else opening.reject(new OpenError(message.failed.code, message.failed.message));
  });
  const table = await opening.promise
    .catch(async (error: OpenError) => {
      const gone = worker.terminate();
      // One that hangs in the file system cannot be waited for.
      if (error.code === 'SLOW') worker.unref();
      else await gone;
      throw error;
    })
    .finally(() => clearTimeout(timer));
  return {
    table,
    get alive() {
      return alive;
    },
    async call(name, args) {
      if (!alive) throw new BackendError('its thread has ended', true);
      return calls.call(name, args);
    },
    async end() {
      await worker.terminate();
    },
  };
}

interface Waiting extends PromiseWithResolvers<never> {
  /** What has come of a long answer. */
  readonly pieces: unknown[];
}

/** Calls and their answers. */
function createCalls(post: (call: Call) => void) {
  const waiting = new Map<number, Waiting>();
  let nextId = 0;
  return {
    call(name: CallName, args: readonly unknown[]): Promise<never> {
      const id = nextId++;
      const asked = { ...Promise.withResolvers<never>(), pieces: [] };
      waiting.set(id, asked);
      post({ id, name, args });
      return asked.promise;
    },
    take(answer: Answer): void {
      const asked = waiting.get(answer.id);
      if (asked === undefined) return;
      if ('value' in answer && answer.hasMore) {
        for (const item of answer.value as unknown[]) asked.pieces.push(item);
        return post({ id: answer.id, name: 'more', args: [] });
      }
      waiting.delete(answer.id);
      if ('value' in answer) asked.resolve(whole(asked.pieces, answer.value) as never);
      else if ('refused' in answer) asked.reject(new StoreError(answer.refused.ename, answer.refused.evalue));
      else asked.reject(new BackendError(answer.failed.message, answer.failed.retryable));
    },
    /** Of all that wait. */
    fail(error: Error): void {
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    },
  };
}

function whole(pieces: unknown[], last: unknown): unknown {
  if (pieces.length === 0) return last;
  for (const item of last as unknown[]) pieces.push(item);
  return pieces;
}
