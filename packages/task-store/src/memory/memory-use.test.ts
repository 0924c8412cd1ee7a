import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { until } from '@muster/testkit';
import { expect, test } from 'vitest';
import { createMemoryTaskStore } from '../memory.ts';
import type { Found } from '../port.ts';

test('records that stay do not hold the memory of those that went', { timeout: 120_000 }, async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heldMb = (): number => {
    collect();
    return process.memoryUsage().arrayBuffers / 2 ** 20;
  };
  const store = createMemoryTaskStore({ recordLimit: 100_000 });
  const before = heldMb();
  const value = (n: number): Uint8Array => Buffer.alloc(1000, `${n} `);
  for (let n = 0; n < 40_000; n++) void store.put(`id${n}`, { submitted: n, buffers: [value(n)] }, 'create');
  expect(heldMb() - before).toBeGreaterThan(35);
  const gone = Array.from({ length: 40_000 }, (_, n) => n).filter((n) => n % 60 !== 0);
  void store.remove(gone.map((n) => `id${n}`));
  void store.put('last', { submitted: 0 }, 'create');
  // What is collected is given back a moment later.
  await until(() => heldMb() - before < 5, {
    what: () => `the memory of what went: ${heldMb() - before} MB`,
    timeoutMs: 60_000,
  });
  const [found] = store.find(['id39960']) as Found[];
  expect('record' in found! && found.record.buffers).toEqual([new Uint8Array(value(39_960))]);
});
