// JSON merge patch (RFC 7396).
import type { JsonObject } from '@muster/protocol';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A new object; `undefined` members of the patch are left out, as JSON leaves them out. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    if (value === null) delete merged[name];
    else merged[name] = mergePatch(merged[name], value);
  }
  return merged;
}

/** As it would come back from a server. */
export const plainCopy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as JsonObject as T;
