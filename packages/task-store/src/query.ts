// The query language of §5.4, compiled to a pure predicate.
import type { Json, JsonObject } from '@muster/protocol';
import { isJsonObject, keyErrorValue, parseDate } from '@muster/protocol';
import { compileGlob } from './glob.ts';
import { StoreError } from './port.ts';
import type { Value } from './values.ts';
import { equal, isTrue, memberOf, order, toOperand } from './values.ts';

/** Reads a field of a record by its wire name; null when there is no such field or it has no value. */
export type ReadField<R> = (record: R, name: string) => Value;

export type Predicate = <R>(record: R, read: ReadField<R>) => boolean;

type Test = (field: Value) => boolean;

const listOperand = (name: string, operand: Value): readonly Value[] => {
  if (!Array.isArray(operand)) throw new StoreError('ValueError', `${name} takes a list`);
  return operand as readonly Value[];
};

const ordered =
  (accepts: (order: number) => boolean) =>
  (operand: Value): Test =>
  (field) => {
    const found = order(field, operand);
    return found !== undefined && accepts(found);
  };

/** True when the field is a member of that element (of a list), or a part of it (of a text). */
function containing(element: Value): Test {
  if (Array.isArray(element)) return memberOf(element as readonly Value[]);
  return (field) => typeof element === 'string' && typeof field === 'string' && element.includes(field);
}

function modulo(operand: Value): Test {
  const [divisor, rest] = Array.isArray(operand) ? (operand as readonly Value[]) : [];
  if (typeof divisor !== 'number' || typeof rest !== 'number' || divisor === 0)
    throw new StoreError('ValueError', '$mod takes [divisor, remainder], the divisor not 0');
  // The remainder has the sign of the divisor, as in Python.
  return (field) => typeof field === 'number' && field - divisor * Math.floor(field / divisor) === rest;
}

/** Most elements of `$all`, each of which is looked at for every record; members of lists are looked up. */
const allLimit = 1000;
/** Most fields that a query names. */
const fieldLimit = 1000;

/** Operator → test. `raw` is the operand as sent, before dates were turned into moments. */
const operators: Record<string, (operand: Value, raw: Json) => Test> = {
  $eq: (operand) => (field) => equal(field, operand),
  $ne: (operand) => (field) => !equal(field, operand),
  $lt: ordered((found) => found < 0),
  $lte: ordered((found) => found <= 0),
  $gt: ordered((found) => found > 0),
  $gte: ordered((found) => found >= 0),
  $in: (operand) => memberOf(listOperand('$in', operand)),
  $nin(operand) {
    const test = memberOf(listOperand('$nin', operand));
    return (field) => !test(field);
  },
  $all(operand) {
    const tests = listOperand('$all', operand).map(containing);
    if (tests.length > allLimit) throw new StoreError('ValueError', `$all takes at most ${allLimit} elements`);
    return (field) => tests.every((test) => test(field));
  },
  $mod: (operand) => modulo(operand),
  $exists: (operand) => (field) => (field !== null) === isTrue(operand),
  $glob(_operand, raw) {
    if (typeof raw !== 'string') throw new StoreError('ValueError', '$glob takes a pattern as text');
    const test = compileGlob(raw);
    return (field) => typeof field === 'string' && test(field);
  },
};

/**
 * Compiles a query: all conditions must hold. Throws StoreError KeyError naming an unknown operator, ValueError for
 * an operand that does not fit its operator.
 */
export function compileQuery(query: JsonObject): Predicate {
  const fields = Object.entries(query);
  if (fields.length > fieldLimit) throw new StoreError('ValueError', `a query names at most ${fieldLimit} fields`);
  const conditions = fields.map(([name, condition]) => [name, compileCondition(condition)] as const);
  return (record, read) => conditions.every(([name, test]) => test(read(record, name)));
}

function compileCondition(condition: Json): Test {
  if (!isJsonObject(condition)) {
    const operand = toOperand(condition);
    return (field) => equal(field, operand);
  }
  const tests = Object.entries(condition).map(([name, raw]) => {
    const build = Object.hasOwn(operators, name) ? operators[name] : undefined;
    if (build === undefined) throw new StoreError('KeyError', keyErrorValue(name));
    return build(toOperand(raw), raw);
  });
  return (field) => tests.every((test) => test(field));
}

/** The msg_ids that a query is limited to by a condition on `msg_id`; undefined when it may match any. */
export function idsOf(query: JsonObject): readonly string[] | undefined {
  const list = listOf(query.msg_id);
  const ids = list?.filter((id) => typeof id === 'string');
  // A date equals every text of the same moment.
  return ids?.some((id) => parseDate(id) !== undefined) ? undefined : ids && [...new Set(ids)];
}

function listOf(condition: Json | undefined): readonly Json[] | undefined {
  if (typeof condition === 'string') return [condition];
  if (!isJsonObject(condition)) return undefined;
  if (typeof condition.$eq === 'string') return [condition.$eq];
  return Array.isArray(condition.$in) ? condition.$in : undefined;
}
