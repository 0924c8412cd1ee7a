// The query language a second time, as plainly as can be, for the property of the contract: generators of records and
// queries over a few fields and values, and the filter they are compared with.
import type { Json, JsonObject } from '@muster/protocol';
import { formatDate } from '@muster/protocol';
import fc from 'fast-check';
import type { TaskRecord } from './port.ts';

export type NaiveRecord = Pick<
  TaskRecord,
  'msgId' | 'header' | 'buffers' | 'submitted' | 'completed' | 'engineUuid' | 'label' | 'content'
>;

const moments = [0, 1, 1_000_000, 1_790_000_000_123_456];
const texts = ['', 'a', 'ab', 'b*', 'A'];

export const naiveRecord: fc.Arbitrary<NaiveRecord> = fc.record({
  msgId: fc.constantFrom('m1', 'm2', 'm3', 'm4', 'm5', 'm6'),
  header: fc.constant({ msg_type: 'apply_request' }),
  content: fc.constant({}),
  buffers: fc.constant([]),
  submitted: fc.constantFrom(...moments),
  completed: fc.constantFrom(null, ...moments),
  engineUuid: fc.constantFrom(null, ...texts),
  label: fc.constantFrom(null, ...texts),
});

const text = fc.constantFrom(...texts);
const date = fc.constantFrom(...moments.map((us) => formatDate(us)));
const operandOf = (value: fc.Arbitrary<Json>): fc.Arbitrary<Json> => {
  const operand = fc.option(value);
  const list = fc.array(operand, { maxLength: 3 });
  return fc.oneof(
    operand,
    fc.dictionary(fc.constantFrom('$eq', '$ne', '$lt', '$lte', '$gt', '$gte'), operand, { maxKeys: 2 }),
    fc.dictionary(fc.constantFrom('$in', '$nin'), list, { maxKeys: 2 }),
    fc.record({ $exists: fc.boolean() }),
    fc.record({ $glob: fc.constantFrom('*', 'a*', '?', '[ab]*', '[!a]', '*b') }),
  );
};

export const naiveQuery: fc.Arbitrary<JsonObject> = fc.record(
  {
    msg_id: operandOf(fc.constantFrom('m1', 'm2', 'm3')),
    submitted: operandOf(date),
    completed: operandOf(date),
    engine_uuid: operandOf(text),
    label: operandOf(text),
    no_such_field: operandOf(text),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<JsonObject>;

/** Record field as the text that a client would see, which sorts like the value itself. */
function view(record: NaiveRecord, field: string): string | null {
  const sortable = (us: number | null): string | null => (us === null ? null : canonical(formatDate(us)));
  switch (field) {
    case 'msg_id':
      return record.msgId;
    case 'submitted':
      return sortable(record.submitted);
    case 'completed':
      return sortable(record.completed);
    case 'engine_uuid':
      return record.engineUuid;
    case 'label':
      return record.label;
    default:
      return null;
  }
}

/** Dates always with six digits, so that they sort as text. */
const canonical = (value: Json): string | null =>
  typeof value === 'string' ? value.replace(/^(\d{4}-.*:\d\d)Z$/, '$1.000000Z') : null;

const globs: Record<string, RegExp> = {
  '*': /^.*$/s,
  'a*': /^a.*$/s,
  '?': /^.$/s,
  '[ab]*': /^[ab].*$/s,
  '[!a]': /^[^a]$/s,
  '*b': /^.*b$/s,
};

export function naiveMatch(record: NaiveRecord, query: JsonObject): boolean {
  return Object.entries(query).every(([field, condition]) => {
    const value = view(record, field);
    if (typeof condition !== 'object' || condition === null) return value === canonical(condition);
    return Object.entries(condition).every(([operator, operand]) => {
      const other = canonical(operand);
      const list = Array.isArray(operand) ? operand.map(canonical) : [];
      const both = value !== null && other !== null;
      switch (operator) {
        case '$eq':
          return value === other;
        case '$ne':
          return value !== other;
        case '$lt':
          return both && value < other;
        case '$lte':
          return both && value <= other;
        case '$gt':
          return both && value > other;
        case '$gte':
          return both && value >= other;
        case '$in':
          return list.includes(value);
        case '$nin':
          return !list.includes(value);
        case '$exists':
          return (value !== null) === operand;
        case '$glob':
          // A moment is no text.
          return value !== null && !['submitted', 'completed'].includes(field) && globs[operand as string]!.test(value);
        default:
          throw new Error(`not drawn: ${operator}`);
      }
    });
  });
}
