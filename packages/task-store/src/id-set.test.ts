import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Digest } from './id-set.ts';
import { createIdSet, digestInto } from './id-set.ts';

const digestOf = (id: string): Digest => digestInto({ high: 0, low: 0 }, id);

test('has what was added and not deleted, as a set of texts', () => {
  // Few ids, so that they are met again; some share their place in a small table.
  const step = fc.tuple(fc.constantFrom('add', 'delete', 'clear', 'add', 'delete', 'add'), fc.nat(300));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 600 }), (steps) => {
      const ids = createIdSet();
      const model = new Set<string>();
      for (const [what, n] of steps) {
        const id = `id_${n}`;
        if (what === 'clear' && n > 20) continue;
        if (what === 'clear') {
          ids.clear();
          model.clear();
        } else {
          ids[what as 'add' | 'delete'](digestOf(id));
          model[what as 'add' | 'delete'](id);
        }
        expect(ids.size).toBe(model.size);
      }
      for (let n = 0; n <= 300; n++) expect(ids.has(digestOf(`id_${n}`))).toBe(model.has(`id_${n}`));
    }),
    { numRuns: 100 },
  );
});

test('places that collide: what is deleted leaves no gap before what stays', () => {
  const ids = createIdSet();
  // Their low halves are alike in all bits that choose a place.
  const [a, b, c] = [1, 2, 3].map((high) => ({ high, low: 64 }));
  for (const each of [a, b, c]) ids.add(each!);
  ids.delete(a!);
  expect([ids.has(a!), ids.has(b!), ids.has(c!), ids.size]).toEqual([false, true, true, 2]);
  ids.add({ high: 0, low: 127 });
  ids.delete({ high: 0, low: 127 });
  expect([ids.has(b!), ids.has(c!)]).toEqual([true, true]);
});

test('ids that count up have digests of their own', () => {
  const seen = new Set<bigint>();
  const sessions = ['0123abcd-0123456789abcdef01234567', '', 'é'];
  for (const session of sessions)
    for (let n = 0; n < 100_000; n++) {
      const { high, low } = digestOf(`${session}_${n}`);
      seen.add((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0));
    }
  expect(seen.size).toBe(300_000);
});
