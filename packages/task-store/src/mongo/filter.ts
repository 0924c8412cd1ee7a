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

/** More is not sent: no command may pass 16 MiB, and a character has up to three bytes. */
const operandChars = 4 * 2 ** 20;

/** Not those that may be in parts, which are no texts then. */
const textFields = new Set(['msg_id', 'client_uuid', 'engine_uuid', 'resubmitted', 'queue', 'label']);

/** The query must be one that compileQuery takes. No operand becomes an operator or a field. */
export function compileFilter(query: JsonObject): MongoFilter {
  const { tests, rest } = planQuery(query, textFields);
  const filter: Document = {};
  const others: Document[] = [];
  const own = new Map<string, Json>(Object.entries(rest));
  const named = tests.some(isNaming);
  let left = operandChars;
  for (const test of tests) {
    left -= charsOf(test);
    // Few records have these ids. Not every server looks them up by its index when other conditions stand beside.
    if (left < 0 || (named && test.field !== 'msg_id')) own.set(test.field, query[test.field]!);
    // Conditions on different fields side by side: inside $and not every server looks at its indexes.
    else if (test.field in filter) others.push({ [test.field]: render(test) });
    else filter[test.field] = render(test);
  }
  return { filter: others.length === 0 ? filter : { ...filter, $and: others }, rest: Object.fromEntries(own) };
}

const isNaming = (test: Test): boolean =>
  test.field === 'msg_id' &&
  ((test.kind === 'text' && test.operator === '$eq') || (test.kind === 'members' && test.among));

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
