import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AgeEntry } from './by-age.ts';
import { createByAge } from './by-age.ts';

test('the oldest comes first, stubs before all, moved and removed ones never', () => {
  const operation = fc.record({
    id: fc.integer({ min: 0, max: 9 }),
    submitted: fc.option(fc.integer({ min: 0, max: 5 })),
  });
  fc.assert(
    fc.property(fc.array(fc.oneof(operation, fc.constant('take' as const)), { maxLength: 300 }), (operations) => {
      const current = new Map<string, AgeEntry>();
      const byAge = createByAge(
        (entry) => current.get(entry.msgId) === entry,
        () => current.size,
      );
      for (const next of operations) {
        if (next !== 'take') {
          const msgId = String(next.id);
          current.set(msgId, byAge.place(msgId, next.submitted));
          continue;
        }
        const oldest = [...current.values()].reduce<AgeEntry | undefined>(
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
