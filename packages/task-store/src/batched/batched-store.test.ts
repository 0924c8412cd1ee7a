import { expect, test } from 'vitest';
import type { TaskBackend } from './backend.ts';
import { BackendError } from './backend.ts';
import type { BatchedStoreOptions, StoreTrouble } from './batched-store.ts';
import { createBatchedStore } from './batched-store.ts';
import type { PendingWrite } from './write-batch.ts';
import { createWriteBatch } from './write-batch.ts';

/** A database whose writes succeed, fail or wait as a test says. */
function setUp(options: BatchedStoreOptions = {}) {
  const applied: string[][] = [];
  const troubles: StoreTrouble['what'][] = [];
  let failures: Error[] = [];
  let gate: Promise<void> = Promise.resolve();
  const backend: TaskBackend = {
    async apply(writes: readonly PendingWrite[]) {
      await gate;
      const failure = failures.shift();
      if (failure) throw failure;
      applied.push(writes.map(({ msgId }) => msgId));
    },
    find: async () => [],
    query: async () => [],
    history: async () => applied.flat(),
    remove: async () => {},
    removeWhere: async () => {},
    expire: async () => {},
    loadEngines: async () => ({ engines: [], nextId: 0 }),
    putEngine: async () => {
      throw away();
    },
    removeEngine: async () => {},
    close: async () => {},
  };
  const store = createBatchedStore('test', backend, createWriteBatch(), {
    retryAfterMs: 1,
    onTrouble: ({ what }) => troubles.push(what),
    ...options,
  });
  return {
    store,
    applied,
    troubles,
    fail: (...errors: Error[]) => {
      failures = errors;
    },
    /** Nothing is written until the returned function is called. */
    hold(): () => void {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
  };
}
const away = (): Error => new BackendError('away', true);
const stub = { appendStdout: 'x' };

test('writes wait for each other, and a question does not wait for the timer', async () => {
  const { store, applied } = setUp({ flushAfterMs: 60_000 });
  for (const id of ['a', 'b', 'a']) expect(store.put(id, stub, 'stub')).toBeUndefined();
  expect(await store.history()).toEqual(['a', 'b']);
  expect(applied).toEqual([['a', 'b']]);
  await store.close();
});

test('writes are stored without a question, and at once when there are many', async () => {
  const { store, applied } = setUp({ flushAfterMs: 1 });
  store.put('a', stub, 'stub');
  await expect.poll(() => applied).toEqual([['a']]);
  const many = setUp({ flushAfterMs: 60_000, batchCount: 2 });
  many.store.put('a', stub, 'stub');
  many.store.put('b', stub, 'stub');
  await expect.poll(() => many.applied).toEqual([['a', 'b']]);
});

test('a batch that fails is tried again, in order, and told of once', async () => {
  const { store, applied, troubles, fail } = setUp();
  fail(away(), away());
  store.put('a', stub, 'stub');
  expect(await store.history()).toEqual(['a']);
  store.put('b', stub, 'stub');
  await store.close();
  expect(applied).toEqual([['a'], ['b']]);
  expect(troubles).toEqual(['writes are delayed', 'writes go on']);
});

test('a batch that keeps failing is dropped, and later ones go on', async () => {
  const { store, applied, troubles, fail } = setUp({ giveUpAfterMs: -1 });
  fail(away());
  store.put('a', stub, 'stub');
  expect(await store.history()).toEqual([]);
  store.put('b', stub, 'stub');
  expect(await store.history()).toEqual(['b']);
  expect(troubles).toEqual(['writes are lost', 'writes go on']);
  expect(applied).toEqual([['b']]);
});

test('what cannot succeed is not tried again', async () => {
  const { store, applied, troubles, fail } = setUp();
  fail(new BackendError('corrupt', false));
  store.put('a', stub, 'stub');
  expect(await store.history()).toEqual([]);
  expect([applied, troubles]).toEqual([[], ['writes are lost']]);
});

test('a question waits no longer than its patience for a database that hangs, and so does closing', async () => {
  const { store, hold, troubles, applied } = setUp({ patienceMs: 5, answerWithinMs: 20 });
  const letGo = hold();
  store.put('a', stub, 'stub');
  await expect(async () => store.history()).rejects.toMatchObject({ ename: 'OperationalError' });
  await store.close();
  expect(troubles).toEqual(['writes are lost']);
  letGo();
  await expect.poll(() => applied).toEqual([['a']]);
});

test('settled waits for the writes before it, and not for those that keep coming', async () => {
  const { store, hold, applied } = setUp({ flushAfterMs: 60_000 });
  await store.settled();
  const letGo = hold();
  store.put('a', stub, 'stub');
  let isSettled = false;
  const settled = Promise.resolve(store.settled()).then(() => {
    isSettled = true;
  });
  store.put('b', stub, 'stub');
  await new Promise((done) => setImmediate(done));
  expect(isSettled).toBe(false);
  letGo();
  const keepComing = setInterval(() => store.put('c', stub, 'stub'), 0);
  await settled;
  expect(applied[0]).toEqual(['a']);
  await store.settled();
  clearInterval(keepComing);
  expect(applied.flat()).toContain('b');
  await store.close();
});

test('who was told that all is stored, and writes at once, is not forgotten', async () => {
  const { store, applied } = setUp({ flushAfterMs: 1 });
  for (const id of ['a', 'b', 'c']) {
    store.put(id, stub, 'stub');
    await store.settled();
  }
  expect(applied).toEqual([['a'], ['b'], ['c']]);
  await store.close();
});

test('what the database does not say of engines is refused in the words of stores', async () => {
  const { store } = setUp();
  const engine = { uuid: 'a', id: 0, kernel: '', status: 'lost' } as const;
  await expect(async () => store.engines.put(engine)).rejects.toMatchObject({ ename: 'OperationalError' });
  await store.close();
});

test('from the limit of waiting bytes on, writing waits for room', async () => {
  const { store, hold } = setUp({ batchBytes: 1000, waitingBytesLimit: 3000 });
  const letGo = hold();
  const put = (id: string) => store.put(id, { buffers: [new Uint8Array(1000)] }, 'create');
  expect(put('a')).toBeUndefined();
  expect(put('b')).toBeUndefined();
  const waiting = put('c');
  expect(waiting).toBeInstanceOf(Promise);
  letGo();
  await waiting;
  expect(await store.history()).toEqual(['a', 'b', 'c']);
});

test('writes of one task become one where nothing is lost by it', () => {
  const batch = createWriteBatch();
  const add = (whenMissing: 'create' | 'stub' | 'ignore', patch: object): void => batch.add('a', patch, whenMissing);
  add('create', { submitted: 1, stdout: 'old' });
  add('stub', { appendStdout: ' and' });
  add('ignore', { completed: 2, appendStdout: ' new', buffers: [new Uint8Array(10)] });
  const sizeBytes = batch.sizeBytes;
  expect(batch.take()).toMatchObject([
    { whenMissing: 'create', fields: { submitted: 1, completed: 2, stdout: 'old' }, appendStdout: ' and new' },
  ]);
  expect(sizeBytes).toBe(200 + 'old and new'.length + 10);
  expect(batch).toMatchObject({ count: 0, sizeBytes: 0 });
});

test('a write that may be ignored does not join one that creates', () => {
  const batch = createWriteBatch();
  batch.add('a', { completed: 2 }, 'ignore');
  batch.add('a', { appendStdout: 'x' }, 'stub');
  batch.add('a', { submitted: 1 }, 'create');
  batch.add('a', { label: 'l' }, 'ignore');
  expect(batch.take().map(({ whenMissing, fields }) => [whenMissing, fields])).toEqual([
    ['ignore', { completed: 2 }],
    ['stub', {}],
    ['create', { submitted: 1, label: 'l' }],
  ]);
});

test('text that is set replaces what was added before', () => {
  const batch = createWriteBatch();
  batch.add('a', { appendStdout: 'before' }, 'create');
  batch.add('a', { stdout: 'set' }, 'create');
  batch.add('a', { appendStdout: '!' }, 'create');
  expect(batch.sizeBytes).toBe(204);
  expect(batch.take()).toMatchObject([{ fields: { stdout: 'set' }, appendStdout: '!', sizeBytes: 204 }]);
});
