// Options of a command as candidates, and the setting that a word of the command line is about. Pure.
import type { Setting, SettingsTable } from '@muster/config';
import { fileNames, isSecret, longName } from '@muster/config';

export interface Candidate {
  /** Ends with `=` where a value follows. */
  readonly value: string;
  readonly about: string;
}

const general: readonly Candidate[] = [
  { value: '--help', about: 'help with the common options' },
  { value: '--help-all', about: 'help with every option' },
  { value: '--version', about: 'the version' },
];

/** Options that begin as the word does; names of config files (`--HubFactory.ip=`) from their first letter on. */
export function optionCandidates(table: SettingsTable, word: string): Candidate[] {
  const isLong = /^--[A-Z]/.test(word);
  const settings = Object.values(table).filter((setting) => !isSecret(setting) && !setting.unlisted);
  const all = settings.flatMap((setting) => (isLong ? longNames(setting) : shortNames(setting)));
  return [...all, ...general].filter(({ value }) => value.startsWith(word));
}

const longNames = (setting: Setting): Candidate[] =>
  [setting.name, ...(setting.otherNames ?? [])]
    .filter((name) => name.includes('.'))
    .map((name) => ({ value: `--${name}=`, about: setting.description }));

function shortNames(setting: Setting): Candidate[] {
  const end = setting.type === 'boolean' ? '' : '=';
  const flags = (setting.flags ?? []).map((flag) =>
    flag.length === 1
      ? { value: `-${flag}`, about: setting.description }
      : { value: `--${flag}${end}`, about: setting.description },
  );
  const switches = Object.entries(setting.switches ?? {}).map(([name, value]) => ({
    value: name.length === 1 ? `-${name}` : `--${name}`,
    about: `same as --${longName(setting)}=${value}`,
  }));
  return [...flags, ...switches];
}

/** The setting that `--name` (without a value) means, if it takes one. */
export function settingOf(table: SettingsTable, option: string): Setting | undefined {
  const name = option.replace(/^--?/, '');
  return Object.values(table).find(
    (setting) =>
      setting.flags?.includes(name.replaceAll('_', '-')) || setting.name === name || fileNames(setting).includes(name),
  );
}

/** What a setting may have: fixed words, or what is looked up. */
export type ValueKind = readonly string[] | 'files' | 'directories' | 'profiles' | 'clusters' | 'launchers' | undefined;

export function valueKind(setting: Setting): ValueKind {
  if (setting.type === 'choice') return setting.choices;
  if (setting.type === 'boolean') return ['true', 'false'];
  if (setting.flags?.includes('profile')) return 'profiles';
  if (setting.flags?.includes('cluster-id')) return 'clusters';
  const { placeholder = '' } = setting;
  // `node|python|NAME`: two values, and what cannot be known.
  const named = placeholder.split('|').filter((word) => /^[a-z][a-z0-9]*$/.test(word));
  return named.length > 0 ? named : byPlaceholder[placeholder];
}

const byPlaceholder: Readonly<Record<string, ValueKind>> = {
  FILE: 'files',
  DIR: 'directories',
  LAUNCHER: 'launchers',
};
