// Requests that outlive a store which does not.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskPatch, TaskStore } from '@muster/task-store';
import { createMemoryTaskStore, createNoTaskStore } from '@muster/task-store';
import { silentLogger } from '@muster/telemetry';
import { type TemporaryFolder, temporaryFolder } from '@muster/testkit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { recordsSince } from './predecessor.ts';
import { keepUnfinished } from './unfinished.ts';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder('unfinished');
});
afterEach(() => folder.remove());
/** A database takes its time to open where all work. */
vi.setConfig({ testTimeout: 120_000 });

const startUs = 1_790_000_000_000_000;
const request = (submitted = startUs): TaskPatch => ({
  ...{ header: { msg_id: 'x', session: 's' }, metadata: {}, content: { code: '1' }, buffers: [Uint8Array.of(1, 2)] },
  ...{ submitted, clientUuid: 's', queue: 'task', label: null },
});
const result: TaskPatch = { completed: startUs + 5, received: startUs + 5, resultContent: { status: 'ok' } };
const open = (store: TaskStore) => keepUnfinished(store, join(folder.path, 'unfinished.db'), silentLogger);

test('what has no result yet is there for the next controller, with its engine; what has ended is not', async () => {
  const first = await open(createMemoryTaskStore());
  for (const id of ['a', 'b']) await first.store.put(id, request(), 'create');
  await first.store.put('a', { engineUuid: 'e' }, 'ignore');
  await first.store.put('a', { appendStdout: 'text' }, 'stub');
  await first.store.put('b', result, 'ignore');
  await first.store.put('never asked', result, 'ignore');
  await first.store.close();

  const second = await open(createMemoryTaskStore());
  const [found, ended] = await second.store.find(['a', 'b']);
  expect(found).toMatchObject({
    record: { header: { session: 's' }, content: { code: '1' }, engineUuid: 'e', submitted: startUs, completed: null },
  });
  expect(found).toHaveProperty('record.buffers', [Uint8Array.of(1, 2)]);
  expect(ended).toEqual({ missing: 'unknown' });
  await second.store.put('a', result, 'ignore');
  await second.store.settled();
  expect(await second.store.find(['a'])).toMatchObject([{ record: { resultContent: { status: 'ok' } } }]);
  await second.store.close();

  const third = await open(createMemoryTaskStore());
  expect(await third.records.query({ completed: null }, ['msg_id'])).toEqual([]);
  await third.store.close();
});

test('a store that keeps nothing still leaves its requests, and a registry of engines', async () => {
  const first = await open(createNoTaskStore());
  await first.store.put('a', request(), 'create');
  await first.store.engines.put({ uuid: 'e', id: 3, kernel: 'node', status: 'registered' });
  await first.store.close();
  const second = await open(createNoTaskStore());
  expect((await second.records.query({ completed: null }, ['msg_id'])).map(({ fields }) => fields)).toEqual([
    { msg_id: 'a' },
  ]);
  expect(await second.store.engines.load()).toMatchObject({ engines: [{ uuid: 'e', id: 3 }], nextId: 4 });
  await second.store.close();
});

test('unfinished records of controllers long ago are nobody of ours', async () => {
  const store = createMemoryTaskStore();
  store.put('long ago', request(startUs - 3600e6), 'create');
  store.put('by a late clock', request(startUs - 30e6), 'create');
  store.put('now', request(), 'create');
  store.put('done', { ...request(startUs - 3600e6), ...result }, 'create');
  const records = recordsSince(store, startUs);
  const ids = async (query: object) =>
    (await records.query(query as never, ['msg_id'])).map(({ fields }) => fields.msg_id);
  expect(await ids({ completed: null, queue: 'task' })).toEqual(['by a late clock', 'now']);
  expect(await ids({ msg_id: { $in: ['done'] }, completed: { $ne: null } })).toEqual(['done']);
});

test('where there can be no database, that is said, with what to do', async () => {
  mkdirSync(join(folder.path, 'unfinished.db'));
  await expect(open(createMemoryTaskStore())).rejects.toMatchObject({
    code: 'store_unusable',
    remedy: expect.stringContaining('without --restore'),
  });
});
