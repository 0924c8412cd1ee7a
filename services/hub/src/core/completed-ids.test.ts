import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCompletedIds } from './completed-ids.ts';

test('gives the last ids as they were added', () => {
  const number = fc.constantFrom(
    '0',
    '7',
    '00',
    '01',
    '999999999999999',
    '9999999999999999',
    '1e5',
    '',
    '-1',
    ' 1',
    '٣',
  );
  const stem = fc.constantFrom('0123abcd-01_', 'b_12_', '_', '', 'no stem');
  const id = fc.oneof(
    fc.tuple(stem, number).map(([stem, number]) => stem + number),
    fc.tuple(fc.constantFrom('a_', 'a_b_'), fc.nat(2000)).map(([stem, n]) => `${stem}${n}`),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.array(id, { maxLength: 40 }), (limit, ids) => {
      const completed = createCompletedIds(limit);
      for (const [i, each] of ids.entries()) {
        completed.add(each);
        expect(completed.last()).toEqual(ids.slice(Math.max(0, i + 1 - limit), i + 1));
      }
      expect([completed.count, completed.size]).toEqual([ids.length, Math.min(limit, ids.length)]);
    }),
    { numRuns: 500 },
  );
});
