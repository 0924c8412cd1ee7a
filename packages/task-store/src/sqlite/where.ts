// The query language of §5.4 as SQL, as far as SQLite gives the same answers; the rest is left to compileQuery.

import type { SQLInputValue } from 'node:sqlite';
import type { Json, JsonObject } from '@muster/protocol';
import { isJsonObject } from '@muster/protocol';
import { isWireName } from '../fields.ts';
import type { Value } from '../values.ts';
import { Moment, toOperand } from '../values.ts';
import { columnTypes, quoted } from './columns.ts';
import { dateText } from './values.ts';

export interface Where {
  /** A condition in SQL; `TRUE` for none. */
  readonly sql: string;
  readonly args: readonly SQLInputValue[];
  /** Conditions that must be tested on what SQL has found; empty when that is exact. */
  readonly rest: JsonObject;
}

interface Clause {
  readonly sql: string;
  readonly args: readonly SQLInputValue[];
  /** False when it lets more pass than the condition does. */
  readonly exact: boolean;
}

/** Texts that may be null. Not stdout and stderr, whose null is "". */
const textColumns = new Set(['msg_id', 'client_uuid', 'engine_uuid', 'resubmitted', 'queue', 'execute_input', 'label']);
const isMomentColumn = (name: string): boolean =>
  isWireName(name) && name !== 'display_data' && columnTypes[name] === 'timestamp';

/** The query must be one that compileQuery takes. */
export function compileWhere(query: JsonObject): Where {
  const clauses: Clause[] = [];
  const rest: [string, Json][] = [];
  for (const [name, condition] of Object.entries(query)) {
    const tests = isJsonObject(condition) ? Object.entries(condition) : [['$eq', condition] as const];
    const compiled = tests.map(([operator, operand]) => compileTest(name, operator, operand));
    for (const clause of compiled) if (clause !== undefined) clauses.push(clause);
    if (!compiled.every((clause) => clause?.exact)) rest.push([name, condition]);
  }
  return {
    sql: clauses.length === 0 ? 'TRUE' : clauses.map(({ sql }) => `(${sql})`).join(' AND '),
    args: clauses.flatMap(({ args }) => args),
    rest: Object.fromEntries(rest),
  };
}

function compileTest(name: string, operator: string, raw: Json): Clause | undefined {
  const isText = textColumns.has(name);
  if (!isText && !isMomentColumn(name)) return undefined;
  const column = quoted(name);
  const operand = toOperand(raw);
  if (operator === '$exists') return exact(isTrue(operand) ? `${column} IS NOT NULL` : `${column} IS NULL`);
  if (operand === null && operator === '$eq') return exact(`${column} IS NULL`);
  if (operand === null && operator === '$ne') return exact(`${column} IS NOT NULL`);
  if (isText) return compileTextTest(column, operator, operand);
  return operand instanceof Moment ? compileMomentTest(column, operator, operand) : undefined;
}

const exact = (sql: string, ...args: SQLInputValue[]): Clause => ({ sql, args, exact: true });

const isTrue = (operand: Value): boolean => operand !== null && operand !== false && operand !== 0 && operand !== '';

/** SQLite compares UTF-8 bytes, JavaScript UTF-16 units: the same order unless surrogates or what follows them are in it. */
const sortsAlike = (text: string): boolean => !/[\ud800-\uffff]/.test(text);

const orders: Readonly<Record<string, string>> = { $lt: '<', $lte: '<=', $gt: '>', $gte: '>=' };

function compileTextTest(column: string, operator: string, operand: Value): Clause | undefined {
  if (operator === '$in' || operator === '$nin') return compileMembers(column, operator, operand);
  if (typeof operand !== 'string' || !operand.isWellFormed()) return undefined;
  if (operator === '$eq') return exact(`${column} = ?`, operand);
  if (operator === '$ne') return exact(`${column} IS NOT ?`, operand);
  const order = orders[operator];
  return order !== undefined && sortsAlike(operand) ? exact(`${column} ${order} ?`, operand) : undefined;
}

function compileMembers(column: string, operator: '$in' | '$nin', list: Value): Clause | undefined {
  if (!Array.isArray(list)) return undefined;
  const members = list as readonly Value[];
  // A date equals any text of the same moment, which SQL cannot tell.
  if (members.some((member) => member instanceof Moment || (typeof member === 'string' && !member.isWellFormed())))
    return undefined;
  const texts = JSON.stringify(members.filter((member) => typeof member === 'string'));
  const found = `${column} IN (SELECT value FROM json_each(?))`;
  const withNull = members.includes(null);
  if (operator === '$in') return exact(withNull ? `${column} IS NULL OR ${found}` : found, texts);
  return exact(withNull ? `${column} IS NOT NULL AND NOT ${found}` : `${column} IS NULL OR NOT ${found}`, texts);
}

const dayUs = 86_400 * 1e6;
const [firstUs, lastUs] = [-62_135_596_800 * 1e6, 253_402_300_799 * 1e6];

/** Others may have written dates in other zones, whose texts are at most a day off: those are near, the rest is tested. */
function compileMomentTest(column: string, operator: string, { us }: Moment): Clause | undefined {
  const bounds: string[] = [];
  const args: string[] = [];
  if (['$eq', '$gt', '$gte'].includes(operator) && us - dayUs > firstUs) {
    bounds.push(`${column} >= ?`);
    args.push(dateText(us - dayUs));
  }
  if (['$eq', '$lt', '$lte'].includes(operator) && us + dayUs < lastUs) {
    bounds.push(`${column} <= ?`);
    args.push(dateText(us + dayUs));
  }
  return bounds.length === 0 ? undefined : { sql: bounds.join(' AND '), args, exact: false };
}
