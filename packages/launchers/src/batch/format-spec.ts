// What stands behind the colon of {n:03d}: a subset of Python's format specifications. Pure.
import type { Value } from './expression.ts';

const form = /^(?:(.)?([<>=^]))?(\+)?(0)?(\d{1,3})?(,)?(?:\.(\d{1,2}))?([dsfxXob%])?$/su;

/** The value as the specification wants it; undefined when it cannot be (`d` of a text), or is not known here. */
export function formatValue(value: Value, spec: string): string | undefined {
  if (spec === '') return String(value);
  const match = form.exec(spec);
  if (match === null) return undefined;
  const [, fill, align, plus, zero, width, commas, precision, type] = match;
  const digits = precision === undefined ? undefined : Number(precision);
  const text = typeof value === 'string' ? ofText(value, digits, type) : ofNumber(value, digits, type);
  if (text === undefined) return undefined;
  if (typeof value === 'string' && (plus ?? commas ?? zero) !== undefined) return undefined;
  const grouped = commas === undefined ? text : text.replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',');
  const signed = plus !== undefined && !grouped.startsWith('-') ? `+${grouped}` : grouped;
  const side = align ?? (zero !== undefined ? '=' : typeof value === 'string' ? '<' : '>');
  return pad(signed, Number(width ?? 0), fill ?? zero ?? ' ', side);
}

const ofText = (value: string, digits: number | undefined, type: string | undefined): string | undefined =>
  type === undefined || type === 's' ? value.slice(0, digits) : undefined;

function ofNumber(value: number, digits: number | undefined, type: string | undefined): string | undefined {
  if (type === 'f') return value.toFixed(digits ?? 6);
  if (type === '%') return `${(value * 100).toFixed(digits ?? 6)}%`;
  if (type === undefined) return digits === undefined ? String(value) : String(Number(value.toPrecision(digits || 1)));
  if (type === 's' || !Number.isInteger(value) || digits !== undefined) return undefined;
  const base = { d: 10, x: 16, X: 16, o: 8, b: 2 }[type as 'd'];
  const text = value.toString(base);
  return type === 'X' ? text.toUpperCase() : text;
}

function pad(text: string, width: number, fill: string, side: string): string {
  const missing = Math.max(0, width - [...text].length);
  if (side === '<') return text + fill.repeat(missing);
  if (side === '^') return fill.repeat(Math.floor(missing / 2)) + text + fill.repeat(Math.ceil(missing / 2));
  const [, sign = '', rest = text] = side === '=' ? (/^([+-]?)(.*)$/s.exec(text) ?? []) : [];
  return sign + fill.repeat(missing) + rest;
}
