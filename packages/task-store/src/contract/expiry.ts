// Records that expire.
import { expect, test } from 'vitest';
import type { TaskPatch } from '../port.ts';
import type { Open } from './kit.ts';
import { base, request } from './kit.ts';

export function expiry(open: Open): void {
  const done = (received: number): TaskPatch => ({
    completed: received - 1,
    received,
    resultContent: { status: 'ok' },
  });

  test('records expire by the moment in which their result came, to the microsecond; others stay', async () => {
    const store = await open();
    await store.put('stub', { appendStdout: 'x' }, 'stub');
    for (const n of [1, 2, 3, 4]) await store.put(`id${n}`, request(n), 'create');
    for (const n of [1, 2, 3]) await store.put(`id${n}`, done(base + 100 + n), 'ignore');
    await store.expire(base + 103);
    expect(await store.history()).toEqual(['id3', 'id4']);
    expect(await store.find(['id1', 'never', 'id4', 'id2', 'stub', 'id3'])).toMatchObject([
      { missing: 'expired' },
      { missing: 'unknown' },
      { record: { completed: null } },
      { missing: 'expired' },
      { record: { stdout: 'x' } },
      { record: { received: base + 103 } },
    ]);
    expect(await store.query({ msg_id: { $in: ['id1', 'id2'] } }, ['msg_id'])).toEqual([]);
    await store.expire(base + 104);
    expect(await store.history()).toEqual(['id4']);
  });

  test('late results and output make no record of an expired id; a new request does', async () => {
    const store = await open();
    await store.put('id1', request(1, done(base)), 'create');
    await store.expire(base + 1);
    await store.put('id1', { appendStdout: 'late' }, 'stub');
    await store.put('id1', done(base + 5), 'ignore');
    expect(await store.find(['id1'])).toEqual([{ missing: 'expired' }]);
    await store.put('id1', request(1), 'create');
    expect(await store.find(['id1'])).toMatchObject([{ record: { stdout: '', received: null } }]);
  });

  test('what was removed by hand is unknown, and nothing expires where nothing is', async () => {
    const store = await open();
    await store.expire(base);
    await store.put('id1', request(1, done(base)), 'create');
    await store.remove(['id1']);
    await store.expire(base + 1);
    expect(await store.find(['id1'])).toEqual([{ missing: 'unknown' }]);
  });
}
