// Records of every shape against a plain map: what is packed, shared, moved and released reads as it was put.
import { createHash } from 'node:crypto';
import type { JsonObject } from '@muster/protocol';
import { packJson } from '@muster/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMemoryTaskStore } from '../memory.ts';
import type { Found, TaskPatch } from '../port.ts';

// Only their forms are drawn: counterexamples shall be readable.
const dict = fc.constantFrom<JsonObject | null>({}, { a: 1 }, { length: 20_000 }, { é: [null, 'ü'] }, null);
const long = (value: JsonObject | null): JsonObject | null =>
  typeof value?.length === 'number' ? { text: 'x'.repeat(value.length) } : value;
const buffers = fc.array(fc.tuple(fc.constantFrom(0, 1, 300, 20_000, 70_000), fc.nat(3)), { maxLength: 3 });
const fill = (forms: readonly (readonly number[])[]): Uint8Array[] =>
  forms.map(([length, each]) => new Uint8Array(length!).fill(each!));
const moment = fc.constantFrom(null, 0, 5, 1_790_000_000_123_456);
const patch = fc.record(
  {
    ...{ header: dict, metadata: dict, resultContent: dict, error: dict, buffers, resultBuffers: buffers },
    ...{ submitted: moment, started: moment, completed: moment, received: moment },
    ...{
      engineUuid: fc.constantFrom(null, '', 'e'),
      label: fc.constantFrom(null, 'l'),
      stdout: fc.constantFrom('', 'out'),
    },
    appendStderr: fc.constantFrom('', 'err'),
  },
  { requiredKeys: [] },
);
/** The patch that a form stands for. */
function patchOf(form: object): TaskPatch {
  const entries = Object.entries(form).map(([name, value]) => {
    if (name === 'buffers' || name === 'resultBuffers') return [name, fill(value)];
    return [name, typeof value === 'object' ? long(value) : value];
  });
  return Object.fromEntries(entries) as TaskPatch;
}
/** Bytes by length and content, whatever kind of array they are. */
const readable = (record: object): object =>
  Object.fromEntries(
    Object.entries(record).map(([name, value]) => {
      if (!Array.isArray(value)) return [name, value];
      return [
        name,
        (value as Uint8Array[]).map((bytes) => `${bytes.length} ${createHash('sha1').update(bytes).digest('hex')}`),
      ];
    }),
  );
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), patch, packed: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ remove: fc.constantFrom('a', 'b', 'c', 'd') }) },
);

test('a record is what was put into it, in whatever order and however often', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const store = createMemoryTaskStore();
      const model = new Map<string, Record<string, unknown>>();
      for (const next of steps) {
        if ('remove' in next) {
          void store.remove([next.remove]);
          model.delete(next.remove);
          continue;
        }
        const patch = patchOf(next.patch);
        const { appendStderr, ...set } = patch;
        const given = next.packed && set.header ? { ...patch, header: packJson(set.header as JsonObject) } : patch;
        void store.put(next.id, given, 'create');
        const record = model.get(next.id) ?? { stderr: '' };
        model.set(next.id, { ...record, ...set, stderr: `${record.stderr}${appendStderr ?? ''}` });
      }
      for (const [i, found] of (store.find(['a', 'b', 'c', 'd']) as Found[]).entries()) {
        const expected = model.get('abcd'[i]!);
        if (expected === undefined) expect(found).toEqual({ missing: 'unknown' });
        else expect('record' in found && readable(found.record)).toMatchObject(readable(expected));
      }
    }),
    { numRuns: 300 },
  );
});

test('an answer stays as it was when the memory of its record is used again', () => {
  const store = createMemoryTaskStore({ recordLimit: 10 });
  const put = (n: number): void =>
    void store.put(`id${n}`, { submitted: n, header: { n }, buffers: [new Uint8Array(10_000).fill(n)] }, 'create');
  for (let n = 0; n < 10; n++) put(n);
  const answers = store.find(['id3', 'id7']) as Found[];
  for (let n = 10; n < 200; n++) put(n);
  expect(store.find(['id3'])).toEqual([{ missing: 'expired' }]);
  expect(answers.map((found) => 'record' in found && [found.record.header, found.record.buffers[0]])).toEqual([
    [{ n: 3 }, new Uint8Array(10_000).fill(3)],
    [{ n: 7 }, new Uint8Array(10_000).fill(7)],
  ]);
});
