// Only used when packing has failed: finds the part of a value that cannot travel, and its path.

import { types } from 'node:util';
import { serialize } from 'node:v8';
import { Reference } from './reference.ts';
import { isError } from './survey.ts';

export interface Obstacle {
  /** `value.rows[3].onClick`. */
  readonly path: string;
  readonly what: string;
}

/** The first part that cannot travel; undefined when all can. `calls`: functions and references may. */
export function whyNot(root: unknown, calls: boolean, rootName = 'value'): Obstacle | undefined {
  const seen = new Set<object>();
  const waiting: { value: unknown; path: string }[] = [{ value: root, path: rootName }];
  while (waiting.length > 0) {
    const { value, path } = waiting.pop()!;
    if (typeof value === 'symbol') return { path, what: 'a symbol' };
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) continue;
    if (seen.has(value)) continue;
    seen.add(value);
    if (typeof value === 'function') {
      if (!calls) return { path, what: 'a function' };
      continue;
    }
    if (value instanceof Reference) {
      if (!calls) return { path, what: 'a Reference outside of the arguments of a call' };
      continue;
    }
    if (isError(value) || ArrayBuffer.isView(value)) continue;
    const what = refusal(value);
    if (what !== undefined) return { path, what };
    try {
      waiting.push(...members(value, path).reverse());
    } catch (error) {
      return { path, what: `an object whose property throws when it is read (${(error as Error)?.message})` };
    }
  }
  return undefined;
}

/** Says what an object is that can never travel. */
function refusal(value: object): string | undefined {
  if (types.isProxy(value)) return 'a Proxy';
  if (types.isPromise(value)) return 'a Promise (await it first)';
  if (Array.isArray(value) || types.isMap(value) || types.isSet(value)) return undefined;
  try {
    // Its own properties are looked at one by one; here only the kind of object counts.
    if (Object.keys(value).length === 0) serialize(value);
    return undefined;
  } catch {
    return `a ${value.constructor?.name ?? 'foreign object'}`;
  }
}

function members(value: object, path: string): { value: unknown; path: string }[] {
  if (Array.isArray(value)) return value.map((member, i) => ({ value: member, path: `${path}[${i}]` }));
  if (types.isSet(value)) return [...value].map((member, i) => ({ value: member, path: `${path}.values()[${i}]` }));
  if (types.isMap(value))
    return [...value].flatMap(([key, member], i) => [
      { value: key, path: `${path}.keys()[${i}]` },
      { value: member, path: `${path}.get(${typeof key === 'string' ? JSON.stringify(key) : String(i)})` },
    ]);
  return Object.keys(value).map((key) => ({
    value: (value as Record<string, unknown>)[key],
    path: /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`,
  }));
}
