// Which conditions of a query a database can answer itself, exactly as compileQuery does or letting more pass; the rest is
// tested on what it has found.
import type { Json, JsonObject } from '@muster/protocol';
import { isJsonObject } from '@muster/protocol';
import type { WireName } from './fields.ts';
import { fieldTable, isWireName } from './fields.ts';
import type { Value } from './values.ts';
import { isTrue, Moment, toOperand } from './values.ts';

export type Comparison = '$eq' | '$ne' | '$lt' | '$lte' | '$gt' | '$gte';

/** A condition on one field that databases know. */
export type Test =
  | { readonly kind: 'null'; readonly field: WireName; readonly isNull: boolean }
  | { readonly kind: 'text'; readonly field: WireName; readonly operator: Comparison; readonly text: string }
  | {
      readonly kind: 'members';
      readonly field: WireName;
      /** False: it must be none of them. */
      readonly among: boolean;
      readonly texts: readonly string[];
      /** Null is one of the members. */
      readonly withNull: boolean;
    }
  /** May let more pass: databases keep moments in other forms. */
  | {
      readonly kind: 'moment';
      readonly field: WireName;
      readonly operator: Exclude<Comparison, '$ne'>;
      readonly us: number;
    };

export interface Plan {
  readonly tests: readonly Test[];
  /** Conditions that must be tested on what the database has found; empty when that is exact. */
  readonly rest: JsonObject;
}

/**
 * Plans a query that compileQuery takes. `textFields`: fields that the database keeps as text or null, in bytes of UTF-8 or
 * in UTF-16, sorted by these.
 */
export function planQuery(query: JsonObject, textFields: ReadonlySet<string>): Plan {
  const tests: Test[] = [];
  const rest: [string, Json][] = [];
  for (const [name, condition] of Object.entries(query)) {
    const operations = isJsonObject(condition) ? Object.entries(condition) : [['$eq', condition] as const];
    const found = operations.map(([operator, operand]) => planTest(name, operator, toOperand(operand), textFields));
    for (const test of found) if (test !== undefined) tests.push(test);
    if (!found.every((test) => test !== undefined && test.kind !== 'moment')) rest.push([name, condition]);
  }
  return { tests, rest: Object.fromEntries(rest) };
}

function planTest(name: string, operator: string, operand: Value, textFields: ReadonlySet<string>): Test | undefined {
  if (!isWireName(name)) return undefined;
  const isText = textFields.has(name);
  if (!isText && fieldTable[name].kind !== 'moment') return undefined;
  if (operator === '$exists') return { kind: 'null', field: name, isNull: !isTrue(operand) };
  if (operand === null && (operator === '$eq' || operator === '$ne'))
    return { kind: 'null', field: name, isNull: operator === '$eq' };
  if (isText) return planTextTest(name, operator, operand);
  if (!(operand instanceof Moment) || !isComparison(operator) || operator === '$ne') return undefined;
  return { kind: 'moment', field: name, operator, us: operand.us };
}

const comparisons = new Set<string>(['$eq', '$ne', '$lt', '$lte', '$gt', '$gte'] satisfies Comparison[]);
const isComparison = (operator: string): operator is Comparison => comparisons.has(operator);

/** The order of bytes of UTF-8 and of units of UTF-16 is the same unless surrogates or what follows them are in it. */
const sortsAlike = (text: string): boolean => !/[\ud800-\uffff]/.test(text);

function planTextTest(field: WireName, operator: string, operand: Value): Test | undefined {
  if (operator === '$in' || operator === '$nin') return planMembers(field, operator === '$in', operand);
  if (!isComparison(operator) || typeof operand !== 'string' || !operand.isWellFormed()) return undefined;
  if (operator !== '$eq' && operator !== '$ne' && !sortsAlike(operand)) return undefined;
  return { kind: 'text', field, operator, text: operand };
}

function planMembers(field: WireName, among: boolean, list: Value): Test | undefined {
  if (!Array.isArray(list)) return undefined;
  const members = list as readonly Value[];
  // A date equals any text of the same moment, which databases cannot tell.
  if (members.some((member) => member instanceof Moment || (typeof member === 'string' && !member.isWellFormed())))
    return undefined;
  const texts = members.filter((member) => typeof member === 'string');
  return { kind: 'members', field, among, texts, withNull: members.includes(null) };
}
