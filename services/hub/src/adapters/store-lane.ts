// The way to the store: one thing after the other, so that questions see the writes before them. With a store that answers
// at once nothing waits here; a slow one holds up its own lane and never a registration.
import type { TaskStore } from '@muster/task-store';
import { StoreError } from '@muster/task-store';
import type { HubWrite, StoreAnswer, StoreQuestion } from '../core/index.ts';

export interface StoreLane {
  write(write: HubWrite): void;
  ask(question: StoreQuestion, answered: (answer: StoreAnswer) => void): void;
  /** Resolves when nothing waits. */
  idle(): Promise<void>;
}

export interface StoreLaneOptions {
  readonly store: TaskStore;
  /** Most writes waiting; further ones are dropped. */
  readonly backlogLimit: number;
  readonly onError: (error: unknown, what: 'write failed' | 'write dropped' | 'question failed') => void;
}

type Job = () => void | Promise<void>;

export function createStoreLane({ store, backlogLimit, onError }: StoreLaneOptions): StoreLane {
  const waiting: Job[] = [];
  let busy: Promise<void> | undefined;

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
  function put({ msgId, patch, whenMissing }: HubWrite): void | Promise<void> {
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
      if (waiting.length >= backlogLimit) onError(new Error(`${backlogLimit} writes wait already`), 'write dropped');
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
    async idle() {
      while (busy !== undefined) await busy;
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
