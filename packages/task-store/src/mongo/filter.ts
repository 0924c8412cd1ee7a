// What MongoDB can answer of a query, as its filter.
import type { Json, JsonObject } from '@muster/protocol';
import type { Document, Filter } from 'mongodb';
import type { Test } from '../pushdown.ts';
import { planQuery } from '../pushdown.ts';

export interface MongoFilter {
  readonly filter: Filter<Document>;
  /** Conditions that must be tested on what the filter has found; empty when that is exact. */
  readonly rest: JsonObject;
}

/** A longer operand is not sent: no command may pass 16 MiB. */
const operandChars = 2 ** 18;

/** Not those that may be in parts, which are no texts then. */
const textFields = new Set(['msg_id', 'client_uuid', 'engine_uuid', 'resubmitted', 'queue', 'label']);

/** The query must be one that compileQuery takes. No operand becomes an operator or a field. */
export function compileFilter(query: JsonObject): MongoFilter {
  const { tests, rest } = planQuery(query, textFields);
  const filter: Document = {};
  const others: Document[] = [];
  const own = new Map<string, Json>(Object.entries(rest));
  for (const test of tests) {
    if (charsOf(test) > operandChars) {
      own.set(test.field, query[test.field]!);
      continue;
    }
    // Conditions on different fields side by side: inside $and not every server looks at its indexes.
    if (test.field in filter) others.push({ [test.field]: render(test) });
    else filter[test.field] = render(test);
  }
  return { filter: others.length === 0 ? filter : { ...filter, $and: others }, rest: Object.fromEntries(own) };
}

function charsOf(test: Test): number {
  if (test.kind === 'text') return test.text.length;
  return test.kind === 'members' ? test.texts.reduce((sum, { length }) => sum + length + memberChars, 0) : 0;
}

/** A member's name, type and length. */
const memberChars = 12;

function render(test: Test): Document | string {
  switch (test.kind) {
    case 'null':
      return test.isNull ? { $eq: null } : { $ne: null };
    case 'text':
      return test.operator === '$eq' ? test.text : { [test.operator]: test.text };
    case 'members': {
      const members = test.withNull ? [...test.texts, null] : test.texts;
      return test.among ? { $in: members } : { $nin: members };
    }
    case 'moment':
      return renderMoment(test);
  }
}

/** Dates are kept in milliseconds: those of the same millisecond are near, the rest is tested. */
function renderMoment({ operator, us }: Test & { kind: 'moment' }): Document {
  const date = new Date(Math.floor(us / 1000));
  if (operator === '$lt') return { $lte: date };
  return operator === '$gt' ? { $gte: date } : { [operator]: date };
}
