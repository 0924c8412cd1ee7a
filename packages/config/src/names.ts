// All names of a table, found by what is typed.
import type { SettingsTable } from './settings.ts';

export interface Names {
  /** Short option → key. */
  readonly flags: ReadonlyMap<string, string>;
  /** Switch → key and the value it sets. */
  readonly switches: ReadonlyMap<string, { readonly key: string; readonly value: string | number | boolean }>;
  /** `Class.trait` → key. */
  readonly traits: ReadonlyMap<string, string>;
  readonly classes: ReadonlySet<string>;
}

const cache = new WeakMap<SettingsTable, Names>();

/** Throws when a name stands for two settings: a fault of the table. */
export function namesOf(table: SettingsTable): Names {
  const cached = cache.get(table);
  if (cached !== undefined) return cached;
  const flags = new Map<string, string>();
  const switches = new Map<string, { key: string; value: string | number | boolean }>();
  const traits = new Map<string, string>();
  const taken = new Set<string>();
  const take = (name: string): string => {
    if (taken.has(name)) throw new Error(`Two settings have the name ${name}.`);
    taken.add(name);
    return name;
  };
  for (const [key, setting] of Object.entries(table)) {
    for (const name of [setting.name, ...(setting.otherNames ?? []), ...(setting.deprecatedNames ?? [])])
      traits.set(take(name), key);
    // A setting without a class has one name for both.
    for (const flag of setting.flags ?? []) flags.set(traits.get(flag) === key ? flag : take(flag), key);
    for (const [name, value] of Object.entries(setting.switches ?? {})) switches.set(take(name), { key, value });
  }
  const dotted = [...traits.keys()].filter((name) => name.includes('.'));
  const classes = new Set(dotted.map((name) => name.slice(0, name.indexOf('.'))));
  const names = { flags, switches, traits, classes };
  cache.set(table, names);
  return names;
}
