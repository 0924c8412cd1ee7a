import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AgeEntry } from './by-age.ts';
import { createByAge } from './by-age.ts';

interface Entry extends AgeEntry {
  readonly msgId: string;
}

test('the oldest comes first, stubs before all, moved and removed ones never', () => {
  const operation = fc.record({
    id: fc.integer({ min: 0, max: 9 }),
    submitted: fc.option(fc.integer({ min: 0, max: 5 })),
  });
  fc.assert(
    fc.property(fc.array(fc.oneof(operation, fc.constant('take' as const)), { maxLength: 300 }), (operations) => {
      const current = new Map<string, Entry>();
      let order = 0;
      const byAge = createByAge<Entry>(
        (entry) => current.get(entry.msgId) === entry,
        () => current.size,
      );
      for (const next of operations) {
        if (next !== 'take') {
          const msgId = String(next.id);
          const entry = { msgId, submitted: next.submitted ?? Number.NEGATIVE_INFINITY, order: order++ };
          current.set(msgId, entry);
          byAge.place(entry);
          continue;
        }
        const oldest = [...current.values()].reduce<Entry | undefined>(
          (a, b) =>
            a === undefined || b.submitted < a.submitted || (b.submitted === a.submitted && b.order < a.order) ? b : a,
          undefined,
        );
        expect(byAge.takeOldest()).toBe(oldest);
        if (oldest) current.delete(oldest.msgId);
      }
    }),
  );
});
