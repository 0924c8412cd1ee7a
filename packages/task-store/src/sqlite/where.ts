// What SQLite can answer of a query, as SQL.

import type { SQLInputValue } from 'node:sqlite';
import type { JsonObject } from '@muster/protocol';
import type { Comparison, Test } from '../pushdown.ts';
import { planQuery } from '../pushdown.ts';
import { quoted } from './columns.ts';
import { dateText } from './values.ts';

export interface Where {
  /** A condition in SQL; `TRUE` for none. */
  readonly sql: string;
  readonly args: readonly SQLInputValue[];
  /** Conditions that must be tested on what SQL has found; empty when that is exact. */
  readonly rest: JsonObject;
}

/** Not stdout and stderr, whose null is "". */
const textColumns = new Set(['msg_id', 'client_uuid', 'engine_uuid', 'resubmitted', 'queue', 'execute_input', 'label']);

/**
 * The query must be one that compileQuery takes. `sortsAsText`: all dates of that column are in the form of ours, so that others
 * than those of the moments asked for need not be read.
 */
export function compileWhere(query: JsonObject, sortsAsText: (column: string) => boolean): Where {
  const { tests, rest } = planQuery(query, textColumns);
  const args: SQLInputValue[] = [];
  const clauses = tests.map((test) => `(${render(test, args, sortsAsText)})`);
  return { sql: clauses.length === 0 ? 'TRUE' : clauses.join(' AND '), args, rest };
}

const operators: Readonly<Record<Comparison, string>> = {
  $eq: '=',
  $ne: 'IS NOT',
  $lt: '<',
  $lte: '<=',
  $gt: '>',
  $gte: '>=',
};

function render(test: Test, args: SQLInputValue[], sortsAsText: (column: string) => boolean): string {
  const column = quoted(test.field);
  if (test.kind === 'null') return `${column} ${test.isNull ? 'IS NULL' : 'IS NOT NULL'}`;
  if (test.kind === 'moment') return renderMoment(column, test, args, sortsAsText(test.field) ? 1 : dayUs);
  if (test.kind === 'text') {
    args.push(test.text);
    return `${column} ${operators[test.operator]} ?`;
  }
  args.push(JSON.stringify(test.texts));
  const found = `${column} IN (SELECT value FROM json_each(?))`;
  if (test.among) return test.withNull ? `${column} IS NULL OR ${found}` : found;
  return test.withNull ? `${column} IS NOT NULL AND NOT ${found}` : `${column} IS NULL OR NOT ${found}`;
}

const dayUs = 86_400 * 1e6;
const [firstUs, lastUs] = [-62_135_596_800 * 1e6, 253_402_300_799 * 1e6];

/** Others may have written dates in other zones, whose texts are at most a day off: those are near, the rest is tested. */
function renderMoment(
  column: string,
  { operator, us }: Test & { kind: 'moment' },
  args: SQLInputValue[],
  offUs: number,
): string {
  const bounds: string[] = [`${column} IS NOT NULL`];
  if (['$eq', '$gt', '$gte'].includes(operator) && us - offUs > firstUs) {
    bounds.push(`${column} >= ?`);
    args.push(dateText(us - offUs));
  }
  if (['$eq', '$lt', '$lte'].includes(operator) && us + offUs < lastUs) {
    bounds.push(`${column} <= ?`);
    args.push(dateText(us + offUs));
  }
  return bounds.join(' AND ');
}
