// What a store that keeps nothing does.
import { expect, test } from 'vitest';
import type { Open } from './kit.ts';
import { base, request } from './kit.ts';

export function refusals(open: Open): void {
  test('takes writes and removals, and refuses questions with NoData', async () => {
    const store = await open();
    await store.put('a', request(1), 'create');
    await store.remove(['a']);
    await store.removeWhere({});
    await store.expire(base);
    const refused = { name: 'StoreError', ename: 'NoData', message: "NoDB backend doesn't store any data. " };
    await expect(async () => store.find(['a'])).rejects.toMatchObject(refused);
    await expect(async () => store.query({}, null)).rejects.toMatchObject(refused);
    await expect(async () => store.history()).rejects.toMatchObject(refused);
  });
}
