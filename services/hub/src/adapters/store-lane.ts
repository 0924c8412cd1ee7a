// The way to the store: one thing after the other, so that questions see the writes before them. With a store that answers
// at once nothing waits here; a slow one holds up its own lane and never a registration.
import type { Microseconds } from '@muster/protocol';
import type { TaskStore } from '@muster/task-store';
import { StoreError } from '@muster/task-store';
import type { RecordWrite, StoreAnswer, StoreQuestion } from '../core/index.ts';

export interface StoreLane {
  write(write: RecordWrite): void;
  ask(question: StoreQuestion, answered: (answer: StoreAnswer) => void): void;
  /** Removes results that came before that moment; does nothing while the store still does so for the call before. */
  expire(receivedBefore: Microseconds): void;
  /** Resolves when all that was written before this call is stored; see TaskStore.settled. */
  settled(): Promise<void>;
  /** Resolves when nothing waits. */
  idle(): Promise<void>;
  /** Writes and questions that wait for those before them. */
  readonly waiting: number;
}

export interface StoreLaneOptions {
  readonly store: TaskStore;
  /** Most writes waiting; further output is dropped, and other writes beyond four times as many. */
  readonly backlogLimit: number;
  readonly onError: (error: unknown, what: 'write failed' | 'write dropped' | 'question failed' | 'expiry failed') => void;
}

type Job = () => void | Promise<void>;

export function createStoreLane({ store, backlogLimit, onError }: StoreLaneOptions): StoreLane {
  const waiting: Job[] = [];
  let busy: Promise<void> | undefined;
  let expiring: Promise<void> | undefined;

  function run(job: Job): void {
    if (busy !== undefined) {
      waiting.push(job);
      return;
    }
    const pending = job();
    if (pending !== undefined) busy = drain(pending);
  }
  /** Goes on until nothing waits. Jobs never throw. */
  async function drain(first: Promise<void>): Promise<void> {
    await first;
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) await job();
    busy = undefined;
  }
  function put({ msgId, patch, whenMissing }: RecordWrite): void | Promise<void> {
    const failed = (error: unknown): void => onError(error, 'write failed');
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
  return {
    write(write) {
      // Output is the first that may be missing.
      const limit = write.whenMissing === 'stub' ? backlogLimit : 4 * backlogLimit;
      if (waiting.length >= limit) onError(new Error(`${limit} writes wait already`), 'write dropped');
      else run(() => put(write));
    },
    ask(question, answered) {
      run(() => {
        try {
          const answer = askStore(store, question);
          if (!(answer instanceof Promise)) return answered(answer);
          return answer.catch(failure).then(answered);
        } catch (error) {
          answered(failure(error));
        }
      });
    },
    expire(receivedBefore) {
      if (expiring !== undefined) return;
      const failed = (error: unknown): void => onError(error, 'expiry failed');
      try {
        // It changes no record that is still written to, so it need not wait for its turn.
        expiring = store.expire(receivedBefore)?.catch(failed).finally(() => {
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
      while (busy !== undefined) await busy;
    },
    get waiting() {
      return waiting.length;
    },
  };
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
