import { expect, test } from 'vitest';
import { createMemoryTaskStore } from './memory.ts';
import type { JsonRecord, TaskStore } from './port.ts';

// The memory store answers at once.
const history = (store: TaskStore): readonly string[] => store.history() as readonly string[];
const ids = (store: TaskStore): unknown[] =>
  (store.query({}, ['msg_id']) as readonly JsonRecord[]).map((record) => record.fields.msg_id);
const add = (store: TaskStore, n: number, bytes = 1): void =>
  store.put(`id${n}`, { submitted: n, buffers: [new Uint8Array(bytes)] }, 'create') as undefined;

test('over the record limit, a tenth of the limit goes, oldest by submitted', () => {
  const store = createMemoryTaskStore({ recordLimit: 20 });
  for (let n = 20; n > 0; n--) add(store, n);
  expect(history(store)).toHaveLength(20);
  add(store, 21);
  expect(history(store)).toEqual(Array.from({ length: 19 }, (_, i) => `id${i + 3}`));
  expect(store.find(['id1', 'id2', 'id3', 'never'])).toMatchObject([
    { missing: 'expired' },
    { missing: 'expired' },
    { record: {} },
    { missing: 'unknown' },
  ]);
});

test('stubs go before every record, and none is made for a culled id', () => {
  const store = createMemoryTaskStore({ recordLimit: 10 });
  for (let n = 1; n <= 9; n++) add(store, n);
  store.put('stub', { appendStdout: 'x' }, 'stub');
  add(store, 10);
  expect(ids(store)).toEqual(Array.from({ length: 10 }, (_, i) => `id${i + 1}`));
  store.put('stub', { appendStdout: 'y' }, 'stub');
  expect(store.find(['stub'])).toEqual([{ missing: 'expired' }]);
});

test('printing broadcasts never push out the history', () => {
  const store = createMemoryTaskStore({ recordLimit: 100 });
  for (let n = 1; n <= 80; n++) add(store, n);
  for (let n = 0; n < 5000; n++) store.put(`b_${n}`, { appendStdout: 'hello' }, 'stub');
  expect(history(store)).toHaveLength(80);
  expect(ids(store).length).toBeLessThanOrEqual(100);
});

test('over the size limit, the oldest go until a tenth of it is free', () => {
  const store = createMemoryTaskStore({ sizeLimitBytes: 1000 });
  for (let n = 1; n <= 10; n++) add(store, n, 100);
  expect(history(store)).toHaveLength(10);
  add(store, 11, 50);
  expect(history(store)).toEqual(['id3', 'id4', 'id5', 'id6', 'id7', 'id8', 'id9', 'id10', 'id11']);
});

test('a record larger than the whole store goes alone', () => {
  const store = createMemoryTaskStore({ sizeLimitBytes: 1000 });
  add(store, 1, 100);
  add(store, 2, 2000);
  expect(history(store)).toEqual(['id1']);
  expect(store.find(['id2'])).toEqual([{ missing: 'expired' }]);
});

test('a result for a culled record makes no record', () => {
  const store = createMemoryTaskStore({ recordLimit: 1 });
  add(store, 1);
  add(store, 2);
  store.put('id1', { completed: 5 }, 'ignore');
  expect(ids(store)).toEqual(['id2']);
});

test('output is cut at the limit and marked once', () => {
  const store = createMemoryTaskStore({ textLimitChars: 10 });
  for (const piece of ['12345', '678901234', 'more', 'more']) store.put('a', { appendStdout: piece }, 'stub');
  expect(store.find(['a'])).toMatchObject([
    { record: { stdout: '1234567890\n[output cut: more than 10 characters]\n' } },
  ]);
});

test('replacing buffers frees the size of the old ones', () => {
  const store = createMemoryTaskStore({ sizeLimitBytes: 1000 });
  add(store, 1, 100);
  for (let i = 0; i < 100; i++) store.put('id2', { submitted: 2, resultBuffers: [new Uint8Array(700)] }, 'create');
  expect(history(store)).toEqual(['id1', 'id2']);
});

test('a change of submitted moves the record', () => {
  const store = createMemoryTaskStore({ recordLimit: 3, cullFraction: 0 });
  for (const n of [1, 2, 3]) add(store, n);
  store.put('id1', { submitted: 10 }, 'ignore');
  add(store, 4);
  expect(history(store)).toEqual(['id3', 'id4', 'id1']);
});

test('a hundred thousand tasks leave the limit of records and no more', { timeout: 60_000 }, () => {
  const store = createMemoryTaskStore();
  for (let n = 0; n < 100_000; n++) {
    add(store, n);
    store.put(`id${n}`, { completed: n, resultBuffers: [] }, 'ignore');
    if (n % 3 === 0) store.remove([`id${n}`]);
  }
  const kept = history(store);
  expect(kept.length).toBeLessThanOrEqual(1024);
  expect(kept.at(-1)).toBe('id99998');
});
