// A command line against a table: option over environment over files over default, every refusal with what is allowed.
import { MusterError } from '@muster/protocol';
import { acceptText } from './accept.ts';
import type { ConfigProgram } from './class-tree.ts';
import type { ConfigFile } from './config-files/config-file.ts';
import { namesOf } from './names.ts';
import { readArguments } from './read-arguments.ts';
import type { SettingsOf, SettingsTable } from './settings.ts';
import { createTarget, type Target } from './target.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export type Given = 'option' | 'environment' | 'file';

export interface CommandLine<T extends SettingsTable> {
  readonly values: SettingsOf<T>;
  /** Where a value came from; a key without entry has its default. */
  readonly given: { readonly [K in keyof T]?: Given };
  /** Arguments that are no options (refused unless asked for). */
  readonly words: readonly string[];
  /** What stands after `--`. */
  readonly rest: readonly string[];
  /** One line each: what was taken but has no effect, or has a newer name. */
  readonly warnings: readonly string[];
  /** Config files that were read, the weakest first. */
  readonly files: readonly string[];
  /** One of these was asked for: `values` are then the defaults, and nothing else was checked. */
  readonly help: boolean;
  readonly helpAll: boolean;
  readonly version: boolean;
}

export interface ParseOptions {
  /** Take arguments that are no options, e.g. cluster ids. Default: refuse. */
  readonly words?: boolean;
  /** Config files, the weakest first. */
  readonly files?: readonly ConfigFile[];
  /** Whose config files they are. */
  readonly program?: ConfigProgram;
  /** Class of a command among several of a program, `IPClusterEngines`: what files set for the others does not hold for it. */
  readonly appClass?: string;
  /** Tables of the program's other commands: their names may stand in the files, too. */
  readonly siblings?: readonly SettingsTable[];
}

/** More arguments than this are refused. */
const maxArguments = 10_000;

/**
 * Parses `--x=v`, `--x v`, `-n 4`, `-n4`, `--Class.trait=v`, switches and `--`. The last of several wins, but a specific class over
 * the one it is derived from. Throws MusterError `unknown_option` (exit status 2), `bad_option` or, for a file, `bad_config` (1).
 */
export function parseCommandLine<const T extends SettingsTable>(
  table: T,
  argv: readonly string[],
  env: Environment,
  options: ParseOptions = {},
): CommandLine<T> {
  if (argv.length > maxArguments) throw new MusterError('bad_option', `More than ${maxArguments} arguments.`);
  const split = argv.indexOf('--');
  const args = split < 0 ? argv : argv.slice(0, split);
  const rest = split < 0 ? [] : argv.slice(split + 1);
  const asked = askedFor(table, args);
  const files = options.files ?? [];
  const target = createTarget(table);
  if (!asked.help && !asked.helpAll && !asked.version) {
    for (const file of files) file.applyTo(table, options, target);
    readEnvironment(table, env, target);
    readArguments(table, args, options.words === true, target);
  }
  const { values, given, words, warnings } = target;
  const result = { values, given, words, rest, warnings, files: files.map(({ path }) => path), ...asked };
  return result as unknown as CommandLine<T>;
}

function askedFor(table: SettingsTable, args: readonly string[]) {
  const { flags } = namesOf(table);
  const has = (...names: string[]) => names.some((name) => args.includes(name));
  return {
    help: has('--help') || (has('-h') && !flags.has('h')),
    helpAll: has('--help-all'),
    version: has('--version') || (has('-V') && !flags.has('V')),
  };
}

function readEnvironment(table: SettingsTable, env: Environment, target: Target): void {
  const put = target.from('environment');
  for (const [key, setting] of Object.entries(table)) {
    const text = setting.env === undefined ? undefined : env[setting.env];
    if (text === undefined || (text === '' && setting.type !== 'text')) continue;
    put(key, acceptText(setting, text, `$${setting.env}`));
  }
}
