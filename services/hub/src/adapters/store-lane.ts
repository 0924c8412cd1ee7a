// The way to the store. Writes wait while the store has no room, removals hold up what comes after them, and other questions
// wait for no more than the writes before them: a slow answer holds up nobody else, and a slow store never a registration.
import type { Microseconds } from '@muster/protocol';
import type { TaskPatch, TaskStore } from '@muster/task-store';
import { StoreError } from '@muster/task-store';
import type { RecordWrite, StoreAnswer, StoreQuestion } from '../core/index.ts';

export interface StoreLane {
  write(write: RecordWrite): void;
  ask(question: StoreQuestion, answered: (answer: StoreAnswer) => void): void;
  /** Removes results that came before that moment; does nothing while the store still does so for the call before. */
  expire(receivedBefore: Microseconds): void;
  /** Resolves when all that was written before this call is stored; see TaskStore.settled. */
  settled(): Promise<void>;
  /** Resolves when nothing waits, and all questions are answered. */
  idle(): Promise<void>;
  /** Writes and questions that wait for those before them. */
  readonly waiting: number;
}

export interface StoreLaneOptions {
  readonly store: TaskStore;
  /** Most writes waiting; further output is dropped, and other writes beyond four times as many. */
  readonly backlogLimit: number;
  /** Most bytes of writes waiting; likewise. */
  readonly backlogBytes: number;
  readonly onError: (
    error: unknown,
    what: 'write failed' | 'write dropped' | 'question failed' | 'expiry failed',
  ) => void;
}

type Job = () => void | Promise<void>;

/** Output is the first that may be missing: other writes have this many times its room. */
const roomOfOthers = 4;

export function createStoreLane({ store, backlogLimit, backlogBytes, onError }: StoreLaneOptions): StoreLane {
  let waiting: Job[] = [];
  /** Those of `waiting`, and those that have been taken from it and not begun. */
  let count = 0;
  let sizeBytes = 0;
  const failed = (error: unknown): void => onError(error, 'write failed');
  let busy: Promise<void> | undefined;
  let expiring: Promise<void> | undefined;
  const asked = new Set<Promise<void>>();

  function run(job: Job): void {
    if (busy !== undefined) {
      waiting.push(job);
      count++;
      return;
    }
    const pending = job();
    if (pending !== undefined) busy = drain(pending);
  }
  /** Goes on until nothing waits. Jobs never throw. */
  async function drain(first: Promise<void>): Promise<void> {
    await first;
    while (waiting.length > 0) {
      const batch = waiting.reverse();
      waiting = [];
      for (let job = batch.pop(); job !== undefined; job = batch.pop()) {
        count--;
        const pending = job();
        if (pending !== undefined) await pending;
      }
    }
    busy = undefined;
  }
  /** Most writes come when nothing waits, and are done at once. */
  function writeNow(write: RecordWrite): void {
    const pending = put(write);
    if (pending !== undefined) busy = drain(pending);
  }
  function put({ msgId, patch, whenMissing }: RecordWrite): void | Promise<void> {
    try {
      return store.put(msgId, patch, whenMissing)?.catch(failed);
    } catch (error) {
      failed(error);
    }
  }
  function failure(error: unknown): StoreAnswer {
    if (error instanceof StoreError) return { type: 'failed', ename: error.ename, evalue: error.message };
    onError(error, 'question failed');
    return { type: 'failed', ename: 'RuntimeError', evalue: `the task store (${store.name}) failed` };
  }
  function answer(question: StoreQuestion, answered: (answer: StoreAnswer) => void): void | Promise<void> {
    try {
      const answer = askStore(store, question);
      if (!(answer instanceof Promise)) return answered(answer);
      const done = answer
        .catch(failure)
        .then(answered)
        .finally(() => asked.delete(done));
      asked.add(done);
      return done;
    } catch (error) {
      answered(failure(error));
    }
  }
  return {
    write(write) {
      if (busy === undefined) return writeNow(write);
      const room = write.whenMissing === 'stub' ? 1 : roomOfOthers;
      const ownBytes = bytesOf(write.patch);
      if (count >= room * backlogLimit || sizeBytes + ownBytes > room * backlogBytes) {
        onError(new Error(`${count} writes of ${sizeBytes} bytes wait already`), 'write dropped');
        return;
      }
      sizeBytes += ownBytes;
      run(() => {
        sizeBytes -= ownBytes;
        return put(write);
      });
    },
    ask(question, answered) {
      run(() => {
        const done = answer(question, answered);
        // Writes that come later must not be removed with what was meant; stores keep other questions in order themselves.
        return question.type === 'remove' ? done : undefined;
      });
    },
    expire(receivedBefore) {
      if (expiring !== undefined) return;
      const failed = (error: unknown): void => onError(error, 'expiry failed');
      try {
        // It changes no record that is still written to, so it need not wait for its turn.
        const done = store.expire(receivedBefore)?.catch(failed);
        expiring = done?.finally(() => {
          expiring = undefined;
        });
      } catch (error) {
        failed(error);
      }
    },
    settled() {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      // In its turn, but without holding up what comes after it.
      run(() => void new Promise<void>((done) => done(store.settled() ?? undefined)).then(resolve, reject));
      return promise;
    },
    async idle() {
      while (busy !== undefined || asked.size > 0) await Promise.all([busy, ...asked]);
    },
    get waiting() {
      return count;
    },
  };
}

/** Bytes that a write holds; texts count a byte a character. */
function bytesOf(patch: TaskPatch): number {
  let sum = 0;
  for (const value of Object.values(patch)) {
    if (typeof value === 'string' || value instanceof Uint8Array) sum += value.length;
    else if (Array.isArray(value)) for (const buffer of value as Uint8Array[]) sum += buffer.length;
  }
  return sum;
}

/** The store's answer, at once where the store gives it at once. */
function askStore(store: TaskStore, question: StoreQuestion): StoreAnswer | Promise<StoreAnswer> {
  switch (question.type) {
    case 'find':
      return map(store.find(question.msgIds), (found) => ({ type: 'found', found }));
    case 'query':
      return map(store.query(question.query, question.keys), (records) => ({ type: 'records', records }));
    case 'history':
      return map(store.history(), (msgIds) => ({ type: 'history', msgIds }));
    case 'remove':
      return remove(store, question);
  }
}

const map = <T>(value: T | Promise<T>, to: (value: T) => StoreAnswer): StoreAnswer | Promise<StoreAnswer> =>
  value instanceof Promise ? value.then(to) : to(value);

function remove(
  store: TaskStore,
  { msgIds, where }: Extract<StoreQuestion, { type: 'remove' }>,
): StoreAnswer | Promise<StoreAnswer> {
  const removals: Job[] = where.map((query) => () => store.removeWhere(query));
  if (msgIds.length > 0) removals.unshift(() => store.remove(msgIds));
  return map(inTurn(removals), () => ({ type: 'removed' }));
}

/** One job after the other; at once as far as they are done at once. */
function inTurn(jobs: readonly Job[]): void | Promise<void> {
  for (const [i, job] of jobs.entries()) {
    const pending = job();
    if (pending !== undefined) return pending.then(() => inTurn(jobs.slice(i + 1)));
  }
}
