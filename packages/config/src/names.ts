// All names of a table, found by what is typed or stands in a file.
import { ancestorsOf, depthOf, isAppClass } from './class-tree.ts';
import type { Setting, SettingsTable } from './settings.ts';

/** A setting that a name sets. */
export interface Found {
  readonly key: string;
  /** Of several names of one setting in one place the highest wins: the most specific class, then the name of today. */
  readonly rank: number;
  /** The name of today, when this one is deprecated. */
  readonly instead?: string;
}

export interface Names {
  /** Short option → key. */
  readonly flags: ReadonlyMap<string, string>;
  /** Switch → key and the value it sets. */
  readonly switches: ReadonlyMap<string, { readonly key: string; readonly value: string | number | boolean }>;
  /** `Class.trait` → key. */
  readonly traits: ReadonlyMap<string, string>;
  readonly classes: ReadonlySet<string>;
  /**
   * What `Class.trait` sets: the setting of that name, and those of classes derived from it. A class that is a whole program has
   * the settings of the classes it is derived from, too.
   */
  find(name: string): readonly Found[];
}

/** A name as a table has it. */
interface Written {
  readonly name: string;
  readonly className: string;
  readonly key: string;
  /** 2: canonical, 1: other, 0: deprecated. */
  readonly merit: number;
  readonly instead?: string;
}

const cache = new WeakMap<SettingsTable, Names>();

/** Throws when a name stands for two settings: a fault of the table. */
export function namesOf(table: SettingsTable): Names {
  const cached = cache.get(table);
  if (cached !== undefined) return cached;
  const flags = new Map<string, string>();
  const switches = new Map<string, { key: string; value: string | number | boolean }>();
  const written = new Map<string, Written>();
  const taken = new Set<string>();
  const take = (name: string): string => {
    if (taken.has(name)) throw new Error(`Two settings have the name ${name}.`);
    taken.add(name);
    return name;
  };
  for (const [key, setting] of Object.entries(table)) {
    for (const one of writtenNames(key, setting)) written.set(take(one.name), one);
    // A setting without a class has one name for both.
    for (const flag of setting.flags ?? []) flags.set(written.get(flag)?.key === key ? flag : take(flag), key);
    for (const [name, value] of Object.entries(setting.switches ?? {})) switches.set(take(name), { key, value });
  }
  const traits = new Map([...written.values()].map(({ name, key }) => [name, key]));
  const classes = new Set([...written.values()].map(({ className }) => className).filter((name) => name !== ''));
  const names = { flags, switches, traits, classes, find: createFind(written) };
  cache.set(table, names);
  return names;
}

function writtenNames(key: string, { name, otherNames = [], deprecatedNames = [] }: Setting): Written[] {
  const classOf = (one: string) => one.slice(0, Math.max(0, one.indexOf('.')));
  const entry = (one: string, merit: number) => ({ name: one, className: classOf(one), key, merit });
  return [
    entry(name, 2),
    ...otherNames.map((one) => entry(one, 1)),
    ...deprecatedNames.map((one) => ({ ...entry(one, 0), instead: name })),
  ];
}

function createFind(written: ReadonlyMap<string, Written>): Names['find'] {
  let byTrait: Map<string, Written[]> | undefined;
  return (name) => {
    const [className = '', trait = ''] = split(name);
    const as = ({ key, merit, instead }: Written): Found => ({
      key,
      rank: depthOf(className) * 3 + merit,
      ...(instead !== undefined && { instead }),
    });
    const exact = written.get(name);
    if (className === '') return exact === undefined ? [] : [as(exact)];
    byTrait ??= Map.groupBy(written.values(), (one) => split(one.name)[1]);
    const sameTrait = byTrait.get(trait) ?? [];
    const derived = sameTrait.filter((one) => one.merit > 0 && ancestorsOf(one.className).has(className));
    const set = new Map([...derived, ...(exact === undefined ? [] : [exact])].map((one) => [one.key, one]));
    if (set.size > 0 || !isAppClass(className)) return [...set.values()].map(as);
    const inherited = [...ancestorsOf(className)].flatMap((one) => written.get(`${one}.${trait}`) ?? []);
    return inherited.slice(0, 1).map(as);
  };
}

/** Class, '' for none, and trait. */
export function split(name: string): [className: string, trait: string] {
  const dot = name.indexOf('.');
  return dot < 0 ? ['', name] : [name.slice(0, dot), name.slice(dot + 1)];
}
