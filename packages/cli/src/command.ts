// The shell around every command: help, version, warnings, errors with their remedy, exit status.
import type {
  CommandLine,
  ConfigProgram,
  Environment,
  ProfileParseOptions,
  SettingsTable,
  Usage,
} from '@muster/config';
import { parseWithFile, parseWithProfile, renderHelp } from '@muster/config';
import { MusterError } from '@muster/protocol';
import { readVersion } from './version.ts';

export interface Command<T extends SettingsTable> {
  /** As typed, e.g. `ipcluster start`; stands before errors. */
  readonly name: string;
  readonly table: T;
  readonly usage: Usage;
  readonly parse?: Omit<ProfileParseOptions, 'program'>;
  /** It has a config file in the profile, under this name. */
  readonly config?: ConfigProgram;
  /** What its arguments are that are no options; for completion. */
  readonly wordKind?: 'profiles' | 'clusters' | 'files' | readonly string[];
  /** The program whose options stand after `--`. */
  readonly restIs?: string;
  /** Resolves to the exit status. */
  run(line: CommandLine<T>, env: NodeJS.ProcessEnv): Promise<number>;
}

/** Runs a command to its exit status; never throws. */
export async function runCommand<T extends SettingsTable>(
  command: Command<T>,
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  return withErrors(command.name, async () => {
    const line = await readSettings(command, argv, env);
    if (line.version) return print(`${readVersion()}\n`);
    if (line.help || line.helpAll)
      return print(renderHelp(command.table, command.usage, { all: line.helpAll, columns: helpWidth() }));
    for (const warning of line.warnings) process.stderr.write(`${command.name}: ${warning}\n`);
    return command.run(line, env);
  });
}

const readSettings = <T extends SettingsTable>(
  { table, parse, config: program }: Command<T>,
  argv: readonly string[],
  env: Environment,
): Promise<CommandLine<T>> =>
  program === undefined
    ? parseWithFile(table, argv, env, parse)
    : parseWithProfile(table, argv, env, { ...parse, program });

/** Shows an error as people need it: what happened, what to do. */
export async function withErrors(name: string, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof MusterError) {
      process.stderr.write(`${name}: ${error.message}\n${error.remedy}\n`);
      return error.exitStatus;
    }
    process.stderr.write(`${name}: ${error instanceof Error ? error.stack : String(error)}\n`);
    return 1;
  }
}

/** Columns of the terminal; for a file or a pipe $COLUMNS, else 100. */
export const helpWidth = (): number => process.stdout.columns ?? (Number(process.env.COLUMNS) || 100);

export function print(text: string): number {
  process.stdout.write(text);
  return 0;
}
