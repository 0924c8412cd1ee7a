// A store whose writes wait a moment and then go to a database together. So no task waits for the disk or the network, and
// a database that is slow or away holds up only those who ask it.
import type { TaskQuery, TaskStore } from '../port.ts';
import { StoreError } from '../port.ts';
import { compileQuery } from '../query.ts';
import type { TaskBackend } from './backend.ts';
import { BackendError } from './backend.ts';
import type { WriteBatch } from './write-batch.ts';

interface BatchOptions {
  /** How long a write waits for others. Default 50. */
  readonly flushAfterMs: number;
  /** A batch of this size waits no longer. Default 4 MiB. */
  readonly batchBytes: number;
  /** A batch of so many writes waits no longer. Default 2,000. */
  readonly batchCount: number;
  /** From this size of waiting writes on, `put` answers when there is room again. Default 64 MiB. */
  readonly waitingBytesLimit: number;
  /** How long a failing batch is tried again before it is dropped. Default 30,000. */
  readonly giveUpAfterMs: number;
  /** Wait before the first new try; it doubles up to 2,000. Default 100. */
  readonly retryAfterMs: number;
  /** How long questions, and closing, wait for the writes before them while the database fails. Default 5,000. */
  readonly patienceMs: number;
  /** How long they wait for a database that is slow. Default 60,000. */
  readonly answerWithinMs: number;
}

const batchDefaults: BatchOptions = {
  flushAfterMs: 50,
  batchBytes: 4 * 2 ** 20,
  batchCount: 2000,
  waitingBytesLimit: 64 * 2 ** 20,
  giveUpAfterMs: 30_000,
  retryAfterMs: 100,
  patienceMs: 5000,
  answerWithinMs: 60_000,
};

/** What people are told of the database. `writes`: how many are waiting, or were lost. */
export interface StoreTrouble {
  readonly what:
    | 'writes are delayed'
    | 'writes are lost'
    | 'writes go on'
    | 'an index is missing'
    | 'limits are not kept';
  readonly writes: number;
  readonly why: string;
}

export interface BatchedStoreOptions extends Partial<BatchOptions> {
  readonly onTrouble?: (trouble: StoreTrouble) => void;
}

const longestRetryMs = 2000;

export function createBatchedStore<T>(
  name: string,
  backend: TaskBackend<T>,
  batch: WriteBatch<T>,
  options: BatchedStoreOptions,
): TaskStore {
  const { onTrouble, ...given } = options;
  const limits = { ...batchDefaults, ...given };
  let timer: NodeJS.Timeout | undefined;
  let busy: Promise<void> | undefined;
  let busyBytes = 0;
  let outage = '';
  /** The batch that is being stored, or was last. Never rejects. */
  let storing = Promise.resolve();
  /** Called when the batch that is being filled is done with. */
  let awaited: (() => void)[] = [];
  let closed = false;

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (busy === undefined && batch.count > 0) busy = drain();
    return busy ?? Promise.resolve();
  }
  /** There is something to store when it is called: so it ends later than it was begun. */
  async function drain(): Promise<void> {
    while (batch.count > 0) {
      busyBytes = batch.sizeBytes;
      const told = awaited;
      awaited = [];
      storing = store(batch.count, batch.take());
      await storing;
      busyBytes = 0;
      for (const tell of told) tell();
    }
    // Before those who were told can write again, which would wait for one that has ended.
    busy = undefined;
  }
  /** Stores a batch, trying again while that makes sense. Never rejects. */
  async function store(count: number, writes: T): Promise<void> {
    await tryToStore(count, writes);
    batch.release(writes);
  }
  async function tryToStore(count: number, writes: T): Promise<void> {
    const begin = performance.now();
    const tell = (what: StoreTrouble['what']): void => onTrouble?.({ what, writes: count, why: outage });
    for (let waitMs = limits.retryAfterMs; ; waitMs = Math.min(2 * waitMs, longestRetryMs)) {
      try {
        await backend.apply(writes);
        if (outage !== '') tell('writes go on');
        outage = '';
        return;
      } catch (error) {
        const first = outage === '';
        outage = (error as Error).message;
        const retryable = error instanceof BackendError && error.retryable && !closed;
        if (!retryable || performance.now() - begin > limits.giveUpAfterMs) return tell('writes are lost');
        if (first) tell('writes are delayed');
        await new Promise((done) => setTimeout(done, waitMs));
      }
    }
  }
  /** Resolves when all writes called before are done with; those that come meanwhile are not waited for. */
  function written(): Promise<void> {
    if (batch.count === 0) return storing;
    const { promise, resolve } = Promise.withResolvers<void>();
    awaited.push(resolve);
    void flush();
    return promise;
  }
  /** True when they are, false when that takes too long. */
  async function isWritten(): Promise<boolean> {
    if (batch.count === 0 && busy === undefined) return true;
    const end = performance.now() + limits.answerWithinMs;
    const done = written();
    while ((await within(limits.patienceMs, done)) === late)
      // One that is behind gets more time than one that fails.
      if (outage !== '' || performance.now() > end) return false;
    return true;
  }
  // As Python's clients know it from its own databases.
  const refused = (why: string): StoreError => new StoreError('OperationalError', `the task database ${why}`);
  async function ask<T>(question: () => Promise<T>): Promise<T> {
    if (!(await isWritten())) throw refused(`does not answer: ${outage || 'busy'}`);
    return askNow(question);
  }
  async function askNow<T>(question: () => Promise<T>): Promise<T> {
    const answer = await within(limits.answerWithinMs, question()).catch((error: unknown) => {
      throw error instanceof BackendError ? refused(`failed: ${error.message}`) : error;
    });
    if (answer === late) throw refused(`did not answer within ${limits.answerWithinMs} ms`);
    return answer as T;
  }
  return {
    name,
    put(msgId, patch, whenMissing) {
      if (closed) return;
      batch.add(msgId, patch, whenMissing);
      if (batch.sizeBytes >= limits.batchBytes || batch.count >= limits.batchCount) void flush();
      else if (busy === undefined) timer ??= setTimeout(flush, limits.flushAfterMs);
      if (busy !== undefined && batch.sizeBytes + busyBytes > limits.waitingBytesLimit) return busy;
    },
    find: (msgIds) => ask(() => backend.find(msgIds)),
    async query(query, keys) {
      checkQuery(query);
      return ask(() => backend.query(query, keys));
    },
    history: () => ask(() => backend.history()),
    remove: (msgIds) => ask(() => backend.remove(msgIds)),
    async removeWhere(query) {
      checkQuery(query);
      return ask(() => backend.removeWhere(query));
    },
    expire: (receivedBefore) => ask(() => backend.expire(receivedBefore)),
    settled: written,
    engines: {
      load: () => askNow(backend.loadEngines),
      put: (engine) => askNow(() => backend.putEngine(engine)),
      remove: (uuid) => askNow(() => backend.removeEngine(uuid)),
    },
    async close() {
      if (closed) return;
      const inTime = await isWritten();
      closed = true;
      const writes = batch.count;
      if (!inTime) onTrouble?.({ what: 'writes are lost', writes, why: outage || 'the database does not answer' });
      await backend.close();
    },
  };
}

/** What is refused does not go to the database, nor to another thread. Throws StoreError. */
const checkQuery = (query: TaskQuery): void => void compileQuery(query);

const late = Symbol('late');

/** The promise's value, or `late` when it does not come in time. */
async function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T | typeof late> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<typeof late>((done) => {
    timer = setTimeout(done, timeoutMs, late);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
