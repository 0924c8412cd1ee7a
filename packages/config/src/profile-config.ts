// Where a program's settings come from: option, environment, --config, the profile's config file, default.
import { existsSync } from 'node:fs';
import { MusterError } from '@muster/protocol';
import type { ConfigProgram } from './class-tree.ts';
import type { ConfigFile } from './config-files/config-file.ts';
import { findConfigFile } from './config-files/find.ts';
import type { CommandLine, Environment, ParseOptions } from './parse.ts';
import { parseCommandLine } from './parse.ts';
import type { ProfileChoice } from './profiles.ts';
import { noProfile, resolveProfileDir } from './profiles.ts';
import type { SettingsTable } from './settings.ts';

export interface ProfileParseOptions extends Omit<ParseOptions, 'files'> {
  readonly program: ConfigProgram;
  /** A profile that is named has to be there: nothing is made or waited for. */
  readonly needsProfile?: boolean;
  /** A config file that cannot be used is a warning: a cluster must be stopped with it, too. */
  readonly minorConfig?: boolean;
}

/**
 * As parseCommandLine, with the file that the setting `config` of the table names, when it names one: option over environment
 * over file. Throws also MusterError `bad_config`, with file and line where that can be had, for a file that cannot be read, is
 * not what it should be, or has names or values that cannot be.
 */
export async function parseWithFile<const T extends SettingsTable>(
  table: T,
  argv: readonly string[],
  env: Environment,
  options: Omit<ParseOptions, 'files'> = {},
): Promise<CommandLine<T>> {
  const line = parseCommandLine(table, argv, env, options);
  const { config: path } = line.values as { readonly config?: unknown };
  if (typeof path !== 'string' || path === '') return line;
  return parseCommandLine(table, argv, env, { ...options, files: [await load(path)] });
}

/** As parseWithFile, with the config file of the profile, which yields to the other. Throws also MusterError `no_profile`. */
export async function parseWithProfile<const T extends SettingsTable>(
  table: T,
  argv: readonly string[],
  env: Environment,
  options: ProfileParseOptions,
): Promise<CommandLine<T>> {
  const line = parseCommandLine(table, argv, env, options);
  if (line.help || line.helpAll || line.version) return line;
  const { config: named } = line.values as { readonly config?: unknown };
  const strong = typeof named === 'string' && named !== '' ? [await load(named)] : [];
  const parse = (files: readonly ConfigFile[]) => parseCommandLine(table, argv, env, { ...options, files });
  const without = strong.length === 0 ? line : parse(strong);
  // The named file may name the profile.
  const profileDir = findProfile(without.values, env, options.needsProfile === true);
  try {
    const { path, warning } = findConfigFile(profileDir, options.program);
    return warned(path === undefined ? without : parse([await load(path, true), ...strong]), warning);
  } catch (error) {
    if (!options.minorConfig || !(error instanceof MusterError) || error.code !== 'bad_config') throw error;
    return warned(without, `${error.message} Goes on without it.`);
  }
}

function findProfile(choice: ProfileChoice, env: Environment, isNeeded: boolean): string {
  const profileDir = resolveProfileDir(choice, env);
  const isNamed = Boolean(choice.profile || choice.profileDir);
  if (isNeeded && isNamed && !existsSync(profileDir)) throw noProfile(profileDir, choice, env);
  return profileDir;
}

const warned = <T extends SettingsTable>(line: CommandLine<T>, warning: string | undefined): CommandLine<T> =>
  warning === undefined ? line : { ...line, warnings: [warning, ...line.warnings] };

/** What reads files is loaded with the first. */
const load = async (path: string, isOfProfile = false): Promise<ConfigFile> =>
  (await import('./config-files/load.ts')).loadConfigFile(path, isOfProfile);
