// The `c` of config files: `c.HubFactory.ip = '*'` notes a setting, and the line that set it.
import type { NamedValue } from './config-file.ts';

/** Sections come into being when they are named. */
type FamiliarC = Record<string, Record<string, unknown>>;

export interface Notes {
  readonly c: FamiliarC;
  /** What is set by now, each name once. */
  settings(): NamedValue[];
}

/** `line` tells which line of the file runs now. */
export function createNotes(line: () => number | undefined): Notes {
  const noted = new Map<string, { value: unknown; line: number | undefined }>();
  const note = (name: string, value: unknown): boolean => {
    noted.delete(name);
    noted.set(name, { value, line: line() });
    return true;
  };
  const sections = new Map<string, Record<string, unknown>>();
  const sectionOf = (name: string): Record<string, unknown> => {
    const known = sections.get(name);
    if (known !== undefined) return known;
    const section = createRecord(
      (trait) => noted.get(`${name}.${trait}`)?.value,
      (trait, value) => note(`${name}.${trait}`, value),
      (trait) => noted.delete(`${name}.${trait}`),
    );
    sections.set(name, section);
    return section;
  };
  const c = createRecord(
    (name) => (name.includes('.') ? noted.get(name)?.value : sectionOf(name)),
    (name, value) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return note(name, value);
      return Object.entries(value).every(([trait, one]) => note(`${name}.${trait}`, one));
    },
    (name) => noted.delete(name),
  );
  return {
    c: c as FamiliarC,
    settings: () => [...noted].map(([name, { value, line }]) => ({ name, value, line })),
  };
}

/** An object whose members are read and written by functions. */
function createRecord(
  get: (name: string) => unknown,
  set: (name: string, value: unknown) => boolean,
  remove: (name: string) => void,
): Record<string, unknown> {
  return new Proxy<Record<string, unknown>>(Object.create(null), {
    get: (_, name) => (typeof name === 'symbol' ? undefined : get(name)),
    set: (_, name, value) => typeof name !== 'symbol' && set(name, value),
    deleteProperty: (_, name) => {
      if (typeof name !== 'symbol') remove(name);
      return true;
    },
    // `Object.defineProperty` and the like would go past the notes.
    defineProperty: () => false,
  });
}
