import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSendQueue } from './send-queue.ts';

type Step = { readonly push: number } | { readonly take: number };
const steps = fc.array(
  fc.oneof(fc.record({ push: fc.nat({ max: 1_500 }) }), fc.record({ take: fc.nat({ max: 1_500 }) })),
  { maxLength: 30 },
);

test('whatever is pushed and taken: order, counts, and drained in its time', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (plan: readonly Step[]) => {
      const queue = createSendQueue();
      let [pushed, taken, released] = [0, 0, 0];
      for (const step of plan) {
        if ('push' in step) for (let i = 0; i < step.push; i++) queue.push([new Uint8Array(pushed++ % 7)]);
        else {
          let left = step.take;
          queue.flush(([frame]) => {
            if (left-- === 0) return false;
            expect(frame!.length).toBe(taken++ % 7);
            return true;
          });
        }
        const due = pushed;
        void queue.drained().then(() => {
          expect(taken).toBeGreaterThanOrEqual(due);
          released++;
        });
        expect(queue.messages).toBe(pushed - taken);
      }
      let bytes = 0;
      for (let n = taken; n < pushed; n++) bytes += n % 7;
      expect(queue.bytes).toBe(bytes);
      queue.flush(() => {
        taken++;
        return true;
      });
      await queue.drained();
      expect([queue.messages, queue.bytes, released]).toEqual([0, 0, plan.length]);
    }),
    { numRuns: 100 },
  );
});

test('clear drops what waits and releases its waiters', async () => {
  const queue = createSendQueue();
  queue.push([new Uint8Array(5)]);
  const drained = queue.drained();
  queue.clear();
  await drained;
  expect([queue.messages, queue.bytes]).toEqual([0, 0]);
});
