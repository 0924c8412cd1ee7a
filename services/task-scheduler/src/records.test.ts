import { newId } from '@muster/machine/node';
import type { JsonObject } from '@muster/protocol';
import { createHeaderSource } from '@muster/protocol';
import { createMemoryTaskStore, StoreError } from '@muster/task-store';
import { createHmacSigner } from '@muster/transport';
import { expect, test } from 'vitest';
import { clientOfSession } from './core/client-address.ts';
import { readLeftovers, readOutcomes } from './records.ts';

const signer = createHmacSigner('key');
const rebuild = { signer, newId, isKnown: () => false };
const headers = createHeaderSource('session');

async function storeWith(records: Record<string, JsonObject>) {
  const store = createMemoryTaskStore();
  let submitted = 1;
  for (const [msgId, patch] of Object.entries(records)) {
    const header = { ...headers.next('apply_request', 1), msg_id: msgId };
    await store.put(
      msgId,
      { header, metadata: {}, content: {}, buffers: [], queue: 'task', submitted: submitted++, ...patch },
      'create',
    );
  }
  return store;
}

test('unfinished tasks as they were submitted, signed anew each time', async () => {
  const store = await storeWith({
    done: { completed: 5, resultContent: { status: 'ok' } },
    direct: { queue: 'mux' },
    b: { metadata: { retries: 2 }, engineUuid: 'e1' },
    a: { content: { code: '1' }, submitted: 0, engineUuid: '' },
  });
  await store.put('a', { buffers: [new Uint8Array([1, 2])] }, 'ignore');
  const found = await readLeftovers(store, rebuild);
  expect(found.map(({ message, engineUuid, client }) => [message.header.msg_id, engineUuid, client])).toEqual([
    ['a', null, clientOfSession('session')],
    ['b', 'e1', clientOfSession('session')],
  ]);
  const [a, b] = found.map(({ message }) => message);
  expect(a!.content).toEqual({ code: '1' });
  expect(a!.buffers.map((bytes) => [...bytes])).toEqual([[1, 2]]);
  expect(b!.metadata).toEqual({ retries: 2 });
  expect(signer.verify(a!.signature, a!.parts)).toBe(true);
  const [again] = await readLeftovers(store, rebuild);
  expect(again!.message.signature).not.toEqual(a!.signature);
  expect(await readLeftovers(store, { ...rebuild, isKnown: (id) => id === 'a' })).toHaveLength(1);
});

test('a task that the hub ran again has no client; a record that cannot be run is passed over', async () => {
  const store = await storeWith({ old: { completed: 5, resubmitted: 'new' }, new: {}, broken: { header: { a: 1 } } });
  const found = await readLeftovers(store, rebuild);
  expect(found.map(({ message, client }) => [message.header.msg_id, client])).toEqual([['new', null]]);
});

test('a store that gives only so much at once is asked for less', async () => {
  const store = await storeWith(Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`t${i}`, {}])));
  const sparing = {
    query: store.query,
    find(ids: readonly string[]) {
      if (ids.length > 2) throw new StoreError('ValueError', 'too much');
      return store.find(ids);
    },
  };
  expect(await readLeftovers(sparing, rebuild)).toHaveLength(10);
});

test('how tasks ended', async () => {
  const store = await storeWith({
    good: { completed: 1, engineUuid: 'e1', resultContent: { status: 'ok' } },
    bad: { completed: 1, engineUuid: '', resultContent: { status: 'error' } },
    open: {},
    direct: { queue: 'mux', completed: 1 },
  });
  expect(await readOutcomes(store, ['good', 'bad', 'open', 'direct', 'unknown'])).toEqual([
    { msgId: 'good', ok: true, engineUuid: 'e1' },
    { msgId: 'bad', ok: false, engineUuid: '' },
  ]);
});
