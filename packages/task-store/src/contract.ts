// What every task store promises. Call it from a test file of the adapter.
import { afterEach, describe, expect, test } from 'vitest';
import { engines, noEngines } from './contract/engines.ts';
import { expiry } from './contract/expiry.ts';
import { hostileQueries } from './contract/hostile-queries.ts';
import type { Open } from './contract/kit.ts';
import { request } from './contract/kit.ts';
import { questions } from './contract/questions.ts';
import { records, removal } from './contract/records.ts';
import { refusals } from './contract/refusals.ts';
import type { TaskStore } from './port.ts';

export interface TaskStoreContract {
  readonly name: string;
  /** Opens an empty store whose limits are not reached by a hundred small records. */
  open(): TaskStore | Promise<TaskStore>;
  /** False for a store that keeps nothing: its reads are refused with NoData. */
  readonly keeps: boolean;
  /** True for a store that lasts, and so keeps engines, too. */
  readonly lasts: boolean;
}

export function taskStoreContract(contract: TaskStoreContract): void {
  const opened: TaskStore[] = [];
  const open: Open = async () => {
    const store = await contract.open();
    opened.push(store);
    return store;
  };
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
  });
  describe(`task store contract: ${contract.name}`, () => {
    if (contract.keeps) {
      records(open);
      questions(open);
      hostileQueries(open);
      removal(open);
      expiry(open);
    } else refusals(open);
    test('settled resolves, with and without writes', async () => {
      const store = await open();
      await store.settled();
      await store.put('id1', request(1), 'create');
      await store.settled();
      if (contract.keeps) expect(await store.history()).toEqual(['id1']);
    });
    if (contract.lasts) engines(open);
    else noEngines(open);
  });
}
