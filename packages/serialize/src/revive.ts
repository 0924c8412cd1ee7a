// Puts an engine's own values in the place of references and function sources, in a value that was just read and that
// nobody else holds: so it is changed in place.
import { types } from 'node:util';
import { FunctionSource, Reference } from './reference.ts';

/** How an engine turns what was sent by name or source into things of its own. What they throw is passed on as it is. */
export interface Revive {
  /** Value of a name or expression in the namespace of the user. */
  reference(name: string): unknown;
  /** A function from its source, an expression. */
  function(source: string): unknown;
}

/** The value with everything revived; each Reference is evaluated once, wherever it stands. */
export function reviveIn(root: unknown, revive: Revive): unknown {
  const made = new Map<object, unknown>();
  const seen = new Set<object>();
  const waiting: object[] = [];

  function turn(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (made.has(value)) return made.get(value);
    if (value instanceof Reference) return keep(value, revive.reference(value.name));
    if (value instanceof FunctionSource) return keep(value, revive.function(value.source));
    if (!seen.has(value) && !ArrayBuffer.isView(value)) {
      seen.add(value);
      waiting.push(value);
    }
    return value;
  }
  function keep(from: object, to: unknown): unknown {
    made.set(from, to);
    return to;
  }
  const result = turn(root);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) turnMembers(next, turn);
  return result;
}

function turnMembers(value: object, turn: (member: unknown) => unknown): void {
  if (types.isMap(value)) {
    const entries = [...value];
    value.clear();
    for (const [key, member] of entries) value.set(turn(key), turn(member));
  } else if (types.isSet(value)) {
    const members = [...value];
    value.clear();
    for (const member of members) value.add(turn(member));
  } else {
    const record = value as Record<string, unknown>;
    for (const key of Object.keys(record)) {
      const member = record[key];
      const turned = turn(member);
      if (turned !== member) record[key] = turned;
    }
  }
}
