// Help for people, from the tables: grouped, and set for the width of the terminal.
import { type ExitStatus, exitStatusPairs } from './exit-statuses.ts';
import { columnFor, examplesSection, fitWidth, type Pair, section, wrap } from './help-text.ts';
import { allowed } from './parse-value.ts';
import type { Setting, SettingsTable } from './settings.ts';

export interface Usage {
  /** `ipcluster start [options] [-- controller's options]`. */
  readonly usage: string;
  /** A sentence or two. */
  readonly about: string;
  /** Whole command lines with what they do. */
  readonly examples?: readonly (readonly [command: string, outcome: string])[];
  /** What it reads and writes. */
  readonly files?: readonly (readonly [path: string, meaning: string])[];
  /** Exit statuses of its own, besides 0, 1 and 2. */
  readonly exitStatuses?: readonly ExitStatus[];
  /** Where to read on, e.g. `muster help profiles`. */
  readonly seeAlso?: readonly string[];
}

export interface HelpOptions {
  /** Every setting, with what it takes and its names in config files: --help-all. */
  readonly all?: boolean;
  /** Columns of the terminal. Default: 100. */
  readonly columns?: number;
}

const namesAreOptions =
  'Every name of config files is an option, too: for c.Application.log_level say --Application.log_level=LEVEL.';

/** Text of --help (common settings) or, with `all`, of --help-all. */
export function renderHelp(
  table: SettingsTable,
  usage: Usage,
  { all = false, columns = 100 }: HelpOptions = {},
): string {
  const width = fitWidth(columns);
  const settings = Object.values(table).filter((setting) => !setting.unlisted);
  const shown = settings.filter((setting) => all || !setting.advanced);
  const groups = pairsByGroup(shown, all);
  const left = settings.length - shown.length;
  const more =
    left === 0
      ? 'With types, limits and names in config files.'
      : `Also what few need (${left} more), with types, limits and names in config files.`;
  const other: Pair[] = [
    ['-h, --help', 'This help.'],
    ['--help-all', more],
    ['--version', 'The version.'],
  ];
  const column = columnFor([...groups.flatMap(([, pairs]) => pairs), ...other], width, 0.3);
  return [
    ...wrap(`Usage: ${usage.usage}`, width),
    '',
    ...wrap(usage.about, width),
    '',
    ...groups.flatMap(([group, pairs]) => section(group, pairs, width, column)),
    ...section('Other', other, width, column),
    ...examplesSection(usage.examples ?? [], width),
    ...section('Environment', shown.flatMap(environmentOf), width),
    ...section('Files', usage.files ?? [], width),
    ...section('Exit status', exitStatusPairs(usage.exitStatuses), width),
    ...(all && settings.some((setting) => fileNames(setting).length > 0) ? [...wrap(namesAreOptions, width), ''] : []),
    ...(usage.seeAlso === undefined ? [] : [...wrap(`See also: ${usage.seeAlso.join(', ')}`, width), '']),
  ].join('\n');
}

/** All options with what they are, as --help-all has them, by their headings. */
export const optionPairs = (table: SettingsTable): [group: string, pairs: Pair[]][] =>
  pairsByGroup(
    Object.values(table).filter((setting) => !setting.unlisted),
    true,
  );

const pairsByGroup = (settings: readonly Setting[], all: boolean): [group: string, pairs: Pair[]][] =>
  [...Map.groupBy(settings, (setting) => setting.group ?? 'General')].map(([group, members]) => [
    group,
    members.flatMap((one) => describe(one, all)),
  ]);

export interface GroupUsage {
  readonly name: string;
  readonly about: string;
  readonly entries: readonly { readonly word: string; readonly about: string; readonly section?: string }[];
  readonly examples?: Usage['examples'];
}

/** Help of a command of commands. */
export function renderGroupHelp({ name, about, entries, examples }: GroupUsage, columns = 100): string {
  const width = fitWidth(columns);
  const longest = Math.max(...entries.map(({ word }) => word.length));
  const sections = Map.groupBy(entries, (entry) => entry.section ?? 'Commands');
  return [
    `Usage: ${name} COMMAND [options]`,
    '',
    ...wrap(about, width),
    '',
    ...[...sections].flatMap(([heading, members]) =>
      section(
        heading,
        members.map((one): Pair => [one.word.padEnd(longest), one.about]),
        width,
      ),
    ),
    ...examplesSection(examples ?? [], width),
    `Options of a command: ${name} COMMAND --help`,
    '',
  ].join('\n');
}

/** `--ip`, `-n`, `--nodb`: short options and switches with their dashes. */
export function optionNames(setting: Setting): string[] {
  return [...(setting.flags ?? []), ...Object.keys(setting.switches ?? {})].map(dashed);
}

const dashed = (name: string): string => (name.length === 1 ? `-${name}` : `--${name}`);

export const isSecret = (setting: Setting): boolean => setting.type === 'text' && setting.secret === true;

/** All names that config files know it by. */
export const fileNames = (setting: Setting): string[] =>
  setting.outsideProfile ? [] : [setting.name, ...(setting.otherNames ?? [])].filter((name) => name.includes('.'));

function describe(setting: Setting, all: boolean): Pair[] {
  const text = textOf(setting, all);
  if (isSecret(setting)) return [[`$${setting.env}`, text]];
  const switches = Object.entries(setting.switches ?? {});
  const options = optionsOf(setting);
  const switchPairs = switches.map(([name, to]): Pair => [dashed(name), `Same as ${sameAs(setting, to)}.`]);
  if (options.length > 0) return [[options.join(', '), text], ...switchPairs];
  if (all || switches.length === 0) return [[withValue(setting, `--${setting.name}`), text], ...switchPairs];
  // Nobody types the long name where there are short ones for each value.
  return [[switches.map(([name]) => dashed(name)).join(', '), text]];
}

function textOf(setting: Setting, all: boolean): string {
  const standard = defaultText(setting);
  const facts = [
    all || setting.type === 'choice' || setting.type === 'ports' ? takes(setting) : '',
    standard === '' ? '' : `Default: ${/\w/.test(standard) ? standard : `'${standard}'`}.`,
    all ? named(setting) : '',
  ];
  return [setting.description, ...facts].filter((part) => part !== '').join(' ');
}

const optionsOf = (setting: Setting): string[] => (setting.flags ?? []).map((flag) => withValue(setting, dashed(flag)));

function withValue(setting: Setting, option: string): string {
  if (setting.type === 'boolean') return setting.default ? `${option}[=false]` : option;
  return `${option}${option.startsWith('--') ? '=' : ' '}${setting.placeholder ?? placeholders[setting.type]}`;
}

function named(setting: Setting): string {
  const names = fileNames(setting);
  return names.length === 0 ? '' : `In config files: ${names.join(', ')}.`;
}

/** Text and yes or no need no word. */
const takes = (setting: Setting): string =>
  setting.type === 'text' || setting.type === 'boolean' ? '' : sentence(allowed(setting));

const sameAs = (setting: Setting, value: string | number | boolean): string => {
  const option = `--${longName(setting)}`;
  return setting.type === 'boolean' && value === true ? option : `${option}=${value}`;
};

/** The option that says most. */
export const longName = ({ flags, name }: Setting): string => flags?.find((flag) => flag.length > 1) ?? name;

function environmentOf(setting: Setting): Pair[] {
  if (setting.env === undefined || isSecret(setting)) return [];
  return [[setting.env, `Same as --${longName(setting)}, which wins.`]];
}

const placeholders: Record<Setting['type'], string> = {
  text: 'TEXT',
  integer: 'N',
  number: 'X',
  boolean: '',
  choice: 'NAME',
  ports: 'PORTS',
  words: 'COMMAND',
  list: 'TEXT',
  map: 'JSON',
};

/** The default as a person would type it; empty where there is none to speak of. */
export function defaultText(setting: Setting): string {
  const { default: value } = setting;
  if (value === null || value === '' || value === false) return '';
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) return value.join(' ');
  if (typeof value === 'object') return Object.keys(value).length === 0 ? '' : JSON.stringify(value);
  if (setting.unit === undefined) return String(value);
  const one = value === 1 ? setting.unit.replace(/(?<=\w{3})s$/, '') : setting.unit;
  return `${value} ${one}`;
}

const sentence = (text: string): string => `${text[0]?.toUpperCase()}${text.slice(1)}.`;
