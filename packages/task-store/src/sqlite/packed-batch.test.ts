// What is packed and unpacked against the batch of the other databases, which keeps values as they are.
import type { JsonObject } from '@muster/protocol';
import { encodeText, packJson } from '@muster/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PendingWrite } from '../batched/write-batch.ts';
import { createWriteBatch } from '../batched/write-batch.ts';
import { fieldTable, wireNames } from '../fields.ts';
import { writePickle } from '../pickle.ts';
import type { TaskPatch } from '../port.ts';
import { memberKinds } from '../stored-record.ts';
import { createPackedBatch } from './packed-batch.ts';
import type { RowWrite } from './unpack-batch.ts';
import { unpackBatch } from './unpack-batch.ts';
import { dateText } from './values.ts';

const dict = fc.constantFrom<JsonObject | Uint8Array | null>(
  ...[null, {}, { a: ['é', 1] }, packJson({ packed: true }), encodeText('no JSON'), Uint8Array.of(0xff)],
);
// Only their forms are drawn: counterexamples shall be readable.
const buffers = fc
  .array(fc.constantFrom(0, 1, 255, 256, 70_000, 600_000), { maxLength: 3 })
  .map((lengths) => lengths.map((length, i) => new Uint8Array(length).fill(i + 1)));
const text = fc.constantFrom('', 'text', 'ü€😀', 'half \ud800');
const moment = fc.constantFrom(null, 0, 1_790_000_000_123_456, 1_790_000_000_000_000, 1_790_000_000_000_001, -1);
const patch: fc.Arbitrary<TaskPatch> = fc.record(
  {
    ...{ header: dict, resultContent: dict, error: dict, displayData: dict, buffers, resultBuffers: buffers },
    ...{ submitted: moment, started: moment, received: moment },
    ...{ engineUuid: fc.constantFrom(null, '', 'e', 'half \ud800'), label: fc.option(text) },
    ...{ stdout: text, appendStdout: text, appendStderr: text },
  },
  { requiredKeys: [] },
);
const write = fc.tuple(fc.constantFrom('a', 'b', 'é\ud800'), patch, fc.constantFrom('create', 'stub', 'ignore'));

/** A write as it is to be bound. */
function expectedOf({ msgId, whenMissing, fields, appendStdout, appendStderr }: PendingWrite): object {
  const { stdout, stderr, displayData, ...others } = fields;
  const values: Record<string, unknown> = {};
  for (const [member, value] of Object.entries(others)) {
    const kind = memberKinds[member];
    if (kind === 'moment' && typeof value === 'number') values[member] = dateText(value);
    else if (kind === 'buffers') values[member] = (value as []).length === 0 ? null : hex(writePickle(value as []));
    else values[member] = value;
  }
  const output = (set: string | undefined, added: string): object => ({ set, added });
  return {
    ...{ msgId: msgId.toWellFormed(), whenMissing, values, displayData },
    ...{ stdout: output(stdout, appendStdout), stderr: output(stderr, appendStderr) },
  };
}
function plain({ msgId, whenMissing, values, columns, displayData, stdout, stderr }: RowWrite): object {
  const named: Record<string, unknown> = {};
  for (const [i, value] of values.entries())
    if (value !== undefined) named[fieldTable[wireNames[i]!].member] = value instanceof Uint8Array ? hex(value) : value;
  const bits = wireNames.filter((_, i) => (columns & (1 << i)) !== 0).map((name) => fieldTable[name].member);
  expect(bits.sort()).toEqual(Object.keys(named).sort());
  return { msgId, whenMissing, values: named, displayData, stdout, stderr };
}
const hex = (bytes: ArrayBufferView): string => Buffer.from(bytes as Uint8Array).toString('hex');

test('what is unpacked are the writes that were packed, those of one task joined', () => {
  const batch = createPackedBatch();
  fc.assert(
    fc.property(fc.array(fc.array(write, { maxLength: 8 }), { maxLength: 3 }), (batches) => {
      // One after the other, for the blocks are used again.
      for (const writes of batches) {
        const model = createWriteBatch();
        for (const [msgId, patch, whenMissing] of writes) {
          batch.add(msgId, patch, whenMissing as 'create');
          model.add(msgId, patch, whenMissing as 'create');
        }
        expect(batch.count).toBe(writes.length);
        const taken = batch.take();
        expect([batch.count, batch.sizeBytes]).toEqual([0, 0]);
        const unpacked = unpackBatch(taken);
        expect(unpacked.map(plain)).toEqual(model.take().map(expectedOf));
        batch.release(taken);
      }
    }),
    { numRuns: 50 },
  );
});

test('a write that cannot be packed leaves no trace', () => {
  const batch = createPackedBatch();
  batch.add('a', { label: 'before' }, 'create');
  const [broken] = [{ label: 'x'.repeat(100), appendStdout: 7 as never }];
  expect(() => batch.add('b', broken!, 'create')).toThrow();
  batch.add('c', { label: 'behind' }, 'create');
  expect(batch.count).toBe(2);
  expect(unpackBatch(batch.take()).map(({ msgId }) => msgId)).toEqual(['a', 'c']);
});

test('a batch holds little memory, and what it held is used again', () => {
  const batch = createPackedBatch();
  const memories = new Set<SharedArrayBuffer>();
  for (let round = 0; round < 20; round++) {
    for (let n = 0; n < 1000; n++) batch.add(`id${n}`, { submitted: n, engineUuid: 'engine', queue: 'task' }, 'create');
    const taken = batch.take();
    expect(taken.texts).toEqual(['engine', 'task']);
    for (const { memory } of taken.blocks) memories.add(memory);
    batch.release(taken);
  }
  expect(memories.size).toBe(1);
});
