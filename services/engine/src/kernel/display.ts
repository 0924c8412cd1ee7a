// Values → MIME bundles.
import { inspect } from 'node:util';
import type { JsonObject } from '@muster/protocol';

/** A value that has a method of this name shows itself: it gives `{ 'text/html': '…', … }`, as in other Jupyter kernels of JavaScript. */
const displaySymbol = Symbol.for('Jupyter.display');

const maxJsonChars = 1_000_000;
const maxJsonNodes = 20_000;

/**
 * `text/plain` for every value, `application/json` for plain data, and whatever the value itself offers. A promise only
 * when the value's own method gives one.
 */
export function mimeBundle(value: unknown): JsonObject | Promise<JsonObject> {
  const own = askValue(value);
  return own instanceof Promise ? own.then((bundle) => complete(value, bundle)) : complete(value, own);
}

function complete(value: unknown, offered: unknown): JsonObject {
  const own = typeof offered === 'object' && offered !== null ? (toJson(offered) as JsonObject | undefined) : undefined;
  const bundle: JsonObject = { 'text/plain': plainText(value, own) };
  const json = own === undefined ? plainData(value) : undefined;
  if (json !== undefined) bundle['application/json'] = json as JsonObject;
  return { ...bundle, ...own };
}

const plainText = (value: unknown, own: JsonObject | undefined): string =>
  typeof own?.['text/plain'] === 'string' ? own['text/plain'] : inspect(value, { depth: 4, maxStringLength: 100_000 });

function askValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const method = (value as Record<symbol, unknown>)[displaySymbol];
  return typeof method === 'function' ? (method.call(value) as unknown) : undefined;
}

/** The value as JSON when it is objects and arrays of scalars, not too large; else undefined. */
function plainData(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !isPlain(value)) return undefined;
  return toJson(value);
}

function toJson(value: object): unknown {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined || text.length > maxJsonChars ? undefined : JSON.parse(text);
}

function isPlain(root: object): boolean {
  const path = new Set<object>();
  let nodes = 0;
  const check = (value: unknown): boolean => {
    if (++nodes > maxJsonNodes) return false;
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return true;
      case 'number':
        return Number.isFinite(value);
      case 'object':
        break;
      default:
        return false;
    }
    if (value === null) return true;
    const proto: unknown = Object.getPrototypeOf(value);
    if (path.has(value) || (proto !== Object.prototype && proto !== Array.prototype && proto !== null)) return false;
    path.add(value);
    const plain = Object.values(value).every(check);
    path.delete(value);
    return plain;
  };
  return check(root);
}
