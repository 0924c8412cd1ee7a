// Where a program's settings come from: option, environment, --config, the profile's config file, default.
import type { CommandLine, Environment, ParseOptions } from './parse.ts';
import type { SettingsTable } from './settings.ts';
import { parseWithFile } from './settings-file.ts';

/** Programs that have a config file in a profile, `PROGRAM_config.ts` and the like. */
export type Program = 'ipcluster' | 'ipcontroller' | 'ipengine';

export interface ProfileParseOptions extends ParseOptions {
  readonly program: Program;
  /** Class of a command among several of a program, `IPClusterEngines`: what is set for others of them does not hold for it. */
  readonly appClass?: string;
  /** Tables of the program's other commands: their names may stand in the config file, too. */
  readonly siblings?: readonly SettingsTable[];
}

/**
 * As parseWithFile, with the config file of the profile, if it has one. Throws also MusterError `bad_config`, with file and line,
 * for a config file that cannot be read, is not what it should be, or has names or values that cannot be.
 */
export function parseWithProfile<const T extends SettingsTable>(
  table: T,
  argv: readonly string[],
  env: Environment,
  options: ProfileParseOptions,
): Promise<CommandLine<T>> {
  return parseWithFile(table, argv, env, options);
}
