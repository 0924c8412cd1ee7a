import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Outcome } from './memory.ts';
import { createOutcomeMemory } from './memory.ts';

test('it remembers the last ends as a Map would, whatever ends again', () => {
  const act = fc.record({ id: fc.nat(60), ok: fc.boolean(), host: fc.nat({ max: 2 ** 40 }) });
  const agrees = (limit: number, acts: { id: number; ok: boolean; host: number }[]): void => {
    const memory = createOutcomeMemory(limit);
    const expected = new Map<string, Outcome>();
    let forgetful = limit === 0 && acts.length > 0;
    for (const { id, ok, host } of acts) {
      memory.set(`task_${id}`, { ok, host });
      expected.set(`task_${id}`, { ok, host });
      if (expected.size > limit) {
        expected.delete(expected.keys().next().value!);
        forgetful = true;
      }
    }
    const ids = Array.from({ length: 61 }, (_, id) => `task_${id}`);
    expect(ids.map(memory.get)).toEqual(ids.map((id) => expected.get(id)));
    expect([memory.size, memory.forgetful]).toEqual([expected.size, forgetful]);
  };
  fc.assert(fc.property(fc.nat(40), fc.array(act, { maxLength: 200 }), agrees));
});

test('with ten thousand it remembers just those', () => {
  const memory = createOutcomeMemory(10_000);
  const id = (n: number): string => `1234abcd-0123456789abcdef_4711_${n}`;
  for (let n = 0; n < 25_000; n++) memory.set(id(n), { ok: n % 3 === 0, host: n });
  const known = Array.from({ length: 26_000 }, (_, n) => memory.get(id(n)));
  for (const [n, outcome] of known.entries())
    expect(outcome).toEqual(n >= 15_000 && n < 25_000 ? { ok: n % 3 === 0, host: n } : undefined);
});
