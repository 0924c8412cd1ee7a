// Values as queries compare them. Fields of a record are compared with operands of a query; in operands, texts that are
// ISO dates stand for moments (§5.4), and they still equal the same text.
import type { Json } from '@muster/protocol';
import { parseDate } from '@muster/protocol';
import { StoreError } from './port.ts';

/** A moment in an operand, and the text it came from; or in a field, without text. */
export class Moment {
  readonly us: number;
  readonly text: string | null;
  constructor(us: number, text: string | null = null) {
    this.us = us;
    this.text = text;
  }
}

export type Value = null | boolean | number | string | Moment | readonly Value[] | { readonly [key: string]: Value };

/** Operands nested deeper are refused: nothing in a record is. */
const depthLimit = 64;

/** An operand as a client sent it, with its dates turned into moments. Throws StoreError ValueError when nested too deep. */
export function toOperand(value: Json, depth = 0): Value {
  if (depth > depthLimit) throw new StoreError('ValueError', `query nested deeper than ${depthLimit}`);
  if (typeof value === 'string') {
    const us = parseDate(value);
    return us === undefined ? value : new Moment(us, value);
  }
  if (Array.isArray(value)) return value.map((member) => toOperand(member, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toOperand(member, depth + 1)]));
}

const momentOf = (value: Value): number | undefined => {
  if (value instanceof Moment) return value.us;
  return typeof value === 'string' ? parseDate(value) : undefined;
};
const textOf = (value: Value): string | null | undefined => {
  if (value instanceof Moment) return value.text;
  return typeof value === 'string' ? value : undefined;
};

/** Deep equality; moments equal by their instant. */
export function equal(field: Value, operand: Value): boolean {
  if (field === operand) return true;
  if (field === null || operand === null || typeof field === 'boolean' || typeof operand === 'boolean') return false;
  if (field instanceof Moment || operand instanceof Moment) {
    const a = momentOf(field);
    return a !== undefined && a === momentOf(operand);
  }
  if (typeof field !== 'object' || typeof operand !== 'object') return false;
  if (Array.isArray(field) || Array.isArray(operand)) {
    if (!Array.isArray(field) || !Array.isArray(operand) || field.length !== operand.length) return false;
    return field.every((member, i) => equal(member as Value, operand[i] as Value));
  }
  const a = field as Record<string, Value>;
  const b = operand as Record<string, Value>;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key]!, b[key]!));
}

/**
 * A test for being equal to one of them, which are looked up: lists of a hundred thousand are asked for. What equal calls equal
 * has the same key.
 */
export function memberOf(list: readonly Value[]): (field: Value) => boolean {
  const keys = new Set(list.map((member) => keyOf(member)));
  return (field) => keys.has(keyOf(field));
}

/** Texts that are dates stand for their moments. NaN, which fields have and equals nothing, has a key that no operand has. */
function keyOf(value: Value, depth = 0): string {
  // No operand is nested so deep.
  if (depth > depthLimit + 1) return 'deep';
  const us = momentOf(value);
  if (us !== undefined) return `@${us}`;
  if (typeof value !== 'object' || value === null) return Number.isNaN(value) ? 'NaN' : keyOfPlain(value);
  if (Array.isArray(value))
    return `[${(value as readonly Value[]).map((member) => keyOf(member, depth + 1)).join(',')}]`;
  const members = value as { readonly [key: string]: Value };
  const names = Object.keys(members).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${keyOf(members[name]!, depth + 1)}`).join(',')}}`;
}

/** Infinity, as which too large numbers of a query are read, is no null. */
const keyOfPlain = (value: null | boolean | number | string | Moment): string =>
  typeof value === 'string' ? JSON.stringify(value) : String(value);

/** Negative, zero or positive as field is before, at or after the operand; undefined when they have no order. */
export function order(field: Value, operand: Value): number | undefined {
  if (typeof field === 'number' && typeof operand === 'number') return field - operand;
  const [a, b] = [momentOf(field), momentOf(operand)];
  if (a !== undefined && b !== undefined) return a - b;
  const [s, t] = [textOf(field), textOf(operand)];
  if (typeof s !== 'string' || typeof t !== 'string') return undefined;
  if (s === t) return 0;
  return s < t ? -1 : 1;
}

/** As Python takes a value for true, of those that operands have. */
export const isTrue = (value: Value): boolean => value !== null && value !== false && value !== 0 && value !== '';
