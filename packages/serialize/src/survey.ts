// A look through a value before it is packed: is there anything in it that structured clone does not do as we want?
import { types } from 'node:util';
import { Reference } from './reference.ts';

export interface Survey {
  /** Large ArrayBuffers, each once. */
  readonly arrayBuffers: ArrayBuffer[];
  /** There are errors, references or functions, for which stand-ins must be put in. */
  special: boolean;
}

const isScalar = (value: unknown): boolean =>
  value === null || (typeof value !== 'object' && typeof value !== 'function');

/** Looks at everything that structured clone will look at; each object once, without recursion. */
export function survey(value: unknown, thresholdBytes: number): Survey {
  const found: Survey = { arrayBuffers: [], special: false };
  if (isScalar(value)) return found;
  const seen = new Set<unknown>();
  const waiting: unknown[] = [value];
  const add = (member: unknown): void => {
    if (!isScalar(member)) waiting.push(member);
  };
  while (waiting.length > 0) {
    const next = waiting.pop() as object;
    if (ArrayBuffer.isView(next) || seen.has(next)) continue;
    seen.add(next);
    if (typeof next === 'function' || isError(next) || next instanceof Reference) found.special = true;
    else if (types.isArrayBuffer(next)) {
      if (next.byteLength >= thresholdBytes) found.arrayBuffers.push(next);
    } else eachMember(next, add);
  }
  return found;
}

/** True for errors of any realm. */
export const isError = (value: unknown): value is Error => types.isNativeError(value);

/** Calls back with each member that structured clone copies: keys and values of Maps, members of Sets, own properties. */
function eachMember(value: object, visit: (member: unknown) => void): void {
  if (Array.isArray(value)) for (let i = 0; i < value.length; i++) visit(value[i]);
  else if (types.isMap(value))
    for (const [key, member] of value) {
      visit(key);
      visit(member);
    }
  else if (types.isSet(value)) for (const member of value) visit(member);
  else if (!isProxyOrForeign(value))
    for (const key of Object.keys(value)) visit((value as Record<string, unknown>)[key]);
}

/** Objects that structured clone refuses anyway: we do not look into them. */
const isProxyOrForeign = (value: object): boolean => types.isProxy(value) || types.isPromise(value);
