// A property for stores in databases: whatever is written and asked, they answer as the memory store does. Its values
// are those on which databases differ from JavaScript and from each other.
import type { Json, JsonObject } from '@muster/protocol';
import { formatDate } from '@muster/protocol';
import fc from 'fast-check';
import { expect } from 'vitest';
import { wireNames } from './fields.ts';
import { createMemoryTaskStore } from './memory.ts';
import type { TaskPatch, TaskStore, WhenMissing } from './port.ts';
import { StoreError } from './port.ts';

const ids = ['m1', 'm2', 'm3', 'é', '2026-01-01T00:00:00Z'];
const texts = [
  '',
  'a',
  'ab',
  'A',
  'a\0b',
  '😀',
  '\uffff',
  '%_',
  '[a]',
  '^a',
  '.',
  '$x',
  '7',
  'null',
  '2026-01-01T01:00:00+01:00',
  '2026-01-01',
  '2026-13-01T00:00:00Z',
  '\ud83d',
];
const microseconds = [0, 1, -1, 999, 1000, 1_767_225_600_000_000, 1_767_225_600_000_001, 1_767_225_600_123_456];
const text = fc.constantFrom(...texts);
const moment = fc.constantFrom(...microseconds);
const dict: fc.Arbitrary<JsonObject> = fc.constantFrom(
  ...[
    {},
    { a: 1 },
    { a: 1.5, b: null },
    { 'a.b': { $c: [1, 'x'] } },
    { '': '', $gt: 1 },
    { date: '2026-01-01T00:00:00Z' },
  ],
  { list: [{ b: true }, []] },
  { big: 2 ** 53 + 2, huge: 1e308, small: 5e-324, negative: -(2 ** 53) },
);
const buffers = fc.array(fc.uint8Array({ maxLength: 3 }), { maxLength: 3 });

const patch: fc.Arbitrary<TaskPatch> = fc.record(
  {
    header: fc.option(dict),
    content: dict,
    buffers,
    submitted: fc.option(moment),
    completed: fc.option(moment),
    received: moment,
    engineUuid: fc.option(text),
    clientUuid: text,
    resultContent: fc.option(dict),
    resultBuffers: buffers,
    queue: fc.constantFrom('mux', 'task', null),
    executeInput: fc.option(text),
    executeResult: fc.option(dict),
    error: dict,
    stdout: text,
    label: fc.option(text),
    displayData: fc.option(dict),
    appendStdout: text,
    appendStderr: text,
  },
  { requiredKeys: [] },
) as fc.Arbitrary<TaskPatch>;

type Step =
  | { readonly do: 'put'; readonly id: string; readonly patch: TaskPatch; readonly whenMissing: WhenMissing }
  | { readonly do: 'remove'; readonly ids: readonly string[] }
  | { readonly do: 'removeWhere'; readonly query: JsonObject }
  | { readonly do: 'expire'; readonly before: number };

const id = fc.constantFrom(...ids);
const date = fc.constantFrom(
  ...microseconds.map((us) => formatDate(us)),
  '1970-01-01T01:00:00.000001+01:00',
  '1970-01-01T00:00:00.001',
  '1969-12-31T23:59:59.999999+0000',
  '9999-12-31T23:59:59.999999Z',
  '0001-01-01T00:00:00Z',
);
const scalar: fc.Arbitrary<Json> = fc.oneof(
  text,
  date,
  id,
  fc.constantFrom<Json[]>(null, true, false, 0, 1, 7, -1.5, 2 ** 53 + 2, Number.POSITIVE_INFINITY),
  dict,
);
const operand: fc.Arbitrary<Json> = fc.oneof(
  scalar,
  fc.array(fc.oneof(scalar, fc.array(scalar, { maxLength: 2 })), { maxLength: 3 }),
);
const operators = ['$eq', '$ne', '$lt', '$lte', '$gt', '$gte', '$in', '$nin', '$all', '$mod', '$exists', '$glob'];
const plain = fc.oneof(text, date, fc.constant(null));
/** Conditions that databases answer themselves, and a few of all others. */
const condition: fc.Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: fc.dictionary(fc.constantFrom(...operators.slice(0, 6)), plain, { minKeys: 1, maxKeys: 2 }) },
  {
    weight: 2,
    arbitrary: fc.dictionary(fc.constantFrom('$in', '$nin'), fc.array(plain, { maxLength: 4 }), { minKeys: 1 }),
  },
  plain,
  operand,
  fc.dictionary(fc.constantFrom(...operators), operand, { maxKeys: 2 }),
  fc.record({ $glob: fc.constantFrom('*', 'a*', '?', '[!a]*', '*[', '[]]*', '*b', '%*', '.*') }),
  fc.record({ $exists: fc.boolean() }),
  fc.dictionary(fc.constantFrom('$in', '$nin', '$all'), fc.array(operand, { maxLength: 4 }), {
    minKeys: 1,
    maxKeys: 2,
  }),
);
const field = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom('msg_id', 'submitted', 'completed', 'engine_uuid', 'label', 'execute_input'),
  },
  { weight: 2, arbitrary: fc.constantFrom(...wireNames) },
  fc.constantFrom('rowid', '_id', 'header.a', '', '$where', '__proto__', 'constructor', 'microseconds'),
);
const query = fc.dictionary(field, condition, { maxKeys: 2, noNullPrototype: true }) as fc.Arbitrary<JsonObject>;

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('put' as const),
      id,
      patch,
      whenMissing: fc.constantFrom<WhenMissing[]>('create', 'create', 'stub', 'ignore'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), ids: fc.array(id, { maxLength: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('removeWhere' as const), query }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('expire' as const), before: moment }) },
);

/** Checks the property on a store, which is emptied after each run. */
export async function checkSameAnswers(store: TaskStore, numRuns: number): Promise<void> {
  const steps = fc.array(step, { minLength: 5, maxLength: 15 });
  const questions = fc.array(query, { minLength: 30, maxLength: 60 });
  await fc.assert(
    fc
      .asyncProperty(steps, questions, async (steps, queries) => {
        const memory = createMemoryTaskStore();
        const both = async (ask: (store: TaskStore) => unknown): Promise<unknown[]> => [
          await outcome(() => ask(store)),
          await outcome(() => ask(memory)),
        ];
        for (const step of steps) same(await both((each) => perform(each, step)), step);
        same(await both((each) => each.find(ids)), 'find');
        for (const question of queries)
          for (const keys of [null, ['buffers', 'result_buffers', 'display_data']])
            same(await both(async (each) => byId(await each.query(question, keys))), question);
        same(await both(async (each) => [...(await each.history())].sort()), 'history');
      })
      .afterEach(async () => {
        // What is put again has not expired any more.
        for (const id of ids) await store.put(id, {}, 'create');
        await store.removeWhere({});
      }),
    { numRuns },
  );
}

const same = ([given, expected]: unknown[], what: unknown): void =>
  expect(given, JSON.stringify(what)).toEqual(expected);

const byId = (records: Awaited<ReturnType<TaskStore['query']>>): unknown =>
  // Records of the same moment have no order among them.
  records.toSorted((a, b) => (String(a.fields.msg_id) < String(b.fields.msg_id) ? -1 : 1));

function perform(store: TaskStore, step: Step): unknown {
  if (step.do === 'put') return store.put(step.id, step.patch, step.whenMissing);
  if (step.do === 'expire') return store.expire(step.before);
  return step.do === 'remove' ? store.remove(step.ids) : store.removeWhere(step.query);
}

/** What it answers, in a form that can be compared; or the name of its refusal. */
async function outcome(ask: () => unknown): Promise<unknown> {
  try {
    return comparable(await ask());
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return { refused: error.ename };
  }
}

/** Bytes as numbers: kinds of arrays of bytes differ. */
function comparable(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, comparable(member)]));
}
