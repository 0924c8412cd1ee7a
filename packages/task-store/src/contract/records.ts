// Records: put, merged, removed.
import type { JsonObject } from '@muster/protocol';
import { packJson } from '@muster/protocol';
import { expect, test } from 'vitest';
import type { Open } from './kit.ts';
import { base, recordOf, request } from './kit.ts';

export function records(open: Open): void {
  test('keeps what was put, and merges later fields into it', async () => {
    const store = await open();
    await store.put('id1', request(1), 'create');
    await store.put('id1', { engineUuid: 'e', resultContent: { status: 'ok' }, completed: base + 5 }, 'ignore');
    const [found] = await store.find(['id1']);
    expect(found).toMatchObject({
      record: {
        msgId: 'id1',
        header: { msg_id: 'id1', msg_type: 'apply_request' },
        content: { n: 1 },
        submitted: base + 1,
        engineUuid: 'e',
        resultContent: { status: 'ok' },
        resultMetadata: null,
        completed: base + 5,
        stdout: '',
      },
    });
    expect(recordOf(found).buffers.map((bytes) => [...bytes])).toEqual([[1, 1], []]);
  });

  test('ignores a write to a record that is not there, when told so', async () => {
    const store = await open();
    await store.put('x', { completed: base }, 'ignore');
    expect(await store.find(['x'])).toEqual([{ missing: 'unknown' }]);
  });

  test('output before the request makes a stub, which the request completes', async () => {
    const store = await open();
    await store.put('id1', { appendStdout: 'early ' }, 'stub');
    expect(await store.history()).toEqual([]);
    await store.put('id1', request(1), 'create');
    await store.put('id1', { appendStdout: 'late', appendStderr: 'oops' }, 'stub');
    expect(await store.history()).toEqual(['id1']);
    expect(await store.find(['id1'])).toMatchObject([{ record: { stdout: 'early late', stderr: 'oops' } }]);
  });

  test('copies the bytes it keeps, and answers with fresh dictionaries', async () => {
    const store = await open();
    const buffer = Uint8Array.of(1, 2, 3);
    const content = packJson({ code: 'a' });
    await store.put('id1', request(1, { buffers: [buffer], content }), 'create');
    buffer.fill(9);
    content.fill(9);
    const read = async () => recordOf((await store.find(['id1']))[0]);
    const first = await read();
    (first.header as JsonObject).msg_type = 'changed';
    const second = await read();
    expect([...second.buffers[0]!]).toEqual([1, 2, 3]);
    expect(second.content).toEqual({ code: 'a' });
    expect(second.header?.msg_type).toBe('apply_request');
  });

  test('bytes that are no JSON object read as an empty dictionary', async () => {
    const store = await open();
    await store.put('id1', request(1, { content: Uint8Array.of(0xff, 1) }), 'create');
    expect(await store.find(['id1'])).toMatchObject([{ record: { content: {} } }]);
  });
}

export function removal(open: Open): void {
  test('removes by id, ignoring unknown ones, and by query', async () => {
    const store = await open();
    for (const n of [1, 2, 3, 4]) await store.put(`id${n}`, request(n, n > 2 ? { completed: base } : {}), 'create');
    await store.remove(['id1', 'nobody']);
    expect(await store.history()).toEqual(['id2', 'id3', 'id4']);
    await store.removeWhere({ completed: { $ne: null } });
    expect(await store.history()).toEqual(['id2']);
    expect(await store.find(['id3', 'id2'])).toMatchObject([{ missing: 'unknown' }, { record: { msgId: 'id2' } }]);
  });

  test('a removed record can be put again, without its old fields', async () => {
    const store = await open();
    await store.put('id1', request(1, { stdout: 'old' }), 'create');
    await store.remove(['id1']);
    await store.put('id1', request(1), 'create');
    expect(await store.find(['id1'])).toMatchObject([{ record: { stdout: '' } }]);
  });
}
