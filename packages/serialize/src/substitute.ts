// Puts stand-ins where errors, references and functions are. Structured clone has one door for objects of its host,
// array buffer views: so a stand-in is an empty view that the packer knows by its identity.
import { types } from 'node:util';
import type { ErrorDetails } from './errors.ts';
import { errorClass, takeDetails } from './errors.ts';
import { functionSource } from './function-source.ts';
import { Reference } from './reference.ts';
import { isError } from './survey.ts';
import { whyNot } from './why-not.ts';

export type StandIn =
  | { readonly kind: 'error'; readonly errorClass: number }
  | { readonly kind: 'reference'; readonly name: string }
  | { readonly kind: 'function'; readonly source: string };

export interface Substitution {
  /** The value with stand-ins; containers are copied, the value given is not changed. */
  readonly value: unknown;
  readonly standIns: ReadonlyMap<ArrayBufferView, StandIn>;
  /** Details of the errors, in the order of their stand-ins' numbers. */
  readonly errors: readonly ErrorDetails[];
}

/** Shared objects stay shared, circles stay circles. Functions pass only where `functions` is true (in calls). */
export function substitute(root: unknown, functions: boolean): Substitution {
  const copies = new Map<object, object>();
  const standIns = new Map<ArrayBufferView, StandIn>();
  const errors: Error[] = [];

  function standFor(original: object, what: StandIn): ArrayBufferView {
    const view = new Uint8Array(0);
    standIns.set(view, what);
    copies.set(original, view);
    return view;
  }
  function copy(value: unknown): unknown {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return value;
    const before = copies.get(value);
    if (before !== undefined) return before;
    if (typeof value === 'function')
      return functions ? standFor(value, { kind: 'function', source: functionSource(value) }) : value;
    if (isError(value)) {
      errors.push(value);
      return standFor(value, { kind: 'error', errorClass: errorClass(value) });
    }
    if (value instanceof Reference) return standFor(value, { kind: 'reference', name: value.name });
    return copyContainer(value);
  }
  function copyContainer(value: object): object {
    if (Array.isArray(value)) return fill(value, remember(value, new Array(value.length)));
    if (types.isMap(value)) {
      const map = remember(value, new Map());
      for (const [key, member] of value) map.set(copy(key), copy(member));
      return map;
    }
    if (types.isSet(value)) {
      const set = remember(value, new Set());
      for (const member of value) set.add(copy(member));
      return set;
    }
    return isPlain(value) ? fill(value, remember(value, {})) : value;
  }
  function remember<T extends object>(original: object, made: T): T {
    copies.set(original, made);
    return made;
  }
  function fill<T extends object>(from: object, to: T): T {
    for (const key of Object.keys(from)) {
      const value = copy((from as Record<string, unknown>)[key]);
      // defineProperty: '__proto__' is a key like any other.
      Object.defineProperty(to, key, { value, enumerable: true, writable: true, configurable: true });
    }
    return to;
  }

  const value = copy(root);
  const details: ErrorDetails[] = [];
  // Taking an error's fields may find more errors, which are appended while we go.
  for (let i = 0; i < errors.length; i++) {
    const taken = takeDetails(errors[i]!, (field) => whyNot(field, false) === undefined);
    details.push(copy(taken) as ErrorDetails);
  }
  return { value, standIns, errors: details };
}

/** Objects whose own properties structured clone copies: everything without a type of its own. */
function isPlain(value: object): boolean {
  if (ArrayBuffer.isView(value) || types.isProxy(value) || types.isPromise(value)) return false;
  return Object.prototype.toString.call(value) === '[object Object]' || !isBuiltIn(value);
}

const isBuiltIn = (value: object): boolean =>
  types.isDate(value) ||
  types.isRegExp(value) ||
  types.isBoxedPrimitive(value) ||
  types.isAnyArrayBuffer(value) ||
  types.isWeakMap(value) ||
  types.isWeakSet(value) ||
  types.isGeneratorObject(value) ||
  types.isExternal(value) ||
  types.isModuleNamespaceObject(value);
