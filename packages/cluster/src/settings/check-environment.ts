import type { Json, JsonObject } from '@muster/protocol';

/** What is wrong with variables for an environment; undefined: nothing. */
export function checkEnvironment(value: JsonObject | Json[]): string | undefined {
  if (Array.isArray(value)) return 'needs names with values, {"NAME": "value"}';
  for (const [name, one] of Object.entries(value)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      return `has the name ${JSON.stringify(name)}, which no variable can have`;
    if (typeof one !== 'string' && typeof one !== 'number') return `gives ${name} a value that is no text`;
    if (String(one).includes('\0')) return `gives ${name} a text with a null character`;
  }
  return undefined;
}
