// A manual page in roff (man 7), from a command's tables. Pure.
import { exitStatusPairs, optionPairs, type Pair, type SettingsTable, type Usage } from '@muster/config';

export interface ManPage {
  /** As typed: `ipcluster start`. */
  readonly name: string;
  /** For the line NAME, without a full stop. */
  readonly summary: string;
  readonly version: string;
}

/** Of a command. Every setting is in it, as in --help-all. */
export function commandManPage(page: ManPage, table: SettingsTable, usage: Usage): string {
  const groups = optionPairs(table);
  return [
    ...head(page),
    '.SH SYNOPSIS',
    text(usage.usage),
    '.SH DESCRIPTION',
    text(usage.about),
    ...(groups.length === 0 ? [] : ['.SH OPTIONS']),
    ...groups.flatMap(([group, pairs]) => [`.SS ${text(group)}`, ...tagged(pairs)]),
    ...section(
      'EXAMPLES',
      (usage.examples ?? []).map(([command, outcome]): Pair => [command, outcome]),
    ),
    ...section('FILES', usage.files ?? []),
    ...section('EXIT STATUS', exitStatusPairs(usage.exitStatuses)),
    ...seeAlso(usage.seeAlso ?? []),
    '',
  ].join('\n');
}

/** Of a command of commands. */
export function groupManPage(
  page: ManPage,
  about: string,
  commands: readonly Pair[],
  examples: readonly Pair[],
): string {
  return [
    ...head(page),
    '.SH SYNOPSIS',
    text(`${page.name} COMMAND [options]`),
    '.SH DESCRIPTION',
    text(about),
    ...section('COMMANDS', commands),
    ...section('EXAMPLES', examples),
    ...section('EXIT STATUS', exitStatusPairs()),
    '',
  ].join('\n');
}

const head = ({ name, summary, version }: ManPage): string[] => [
  `.TH ${quoted(name.toUpperCase().replaceAll(' ', '-'))} 1 "" ${quoted(`Muster ${version}`)}`,
  '.nh',
  '.ad l',
  '.SH NAME',
  `${text(name)} \\- ${text(summary)}`,
];

const section = (heading: string, pairs: readonly Pair[]): string[] =>
  pairs.length === 0 ? [] : [`.SH ${heading}`, ...tagged(pairs)];

const tagged = (pairs: readonly Pair[]): string[] =>
  pairs.flatMap(([left, right]) => ['.TP', `\\fB${text(left)}\\fR`, text(right) || '\\&']);

const seeAlso = (words: readonly string[]): string[] =>
  words.length === 0 ? [] : ['.SH SEE ALSO', text(words.join(', '))];

/** A line of text: no request, no escape. */
function text(plain: string): string {
  const escaped = plain.replace(/\s+/g, ' ').trim().replaceAll('\\', '\\e').replaceAll('-', '\\-');
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}

const quoted = (plain: string): string => `"${text(plain).replaceAll('"', '\\(dq')}"`;
