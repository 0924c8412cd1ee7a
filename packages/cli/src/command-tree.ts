// Programs as data: a command, or a group of them. Help, completion and documents read it; runProgram runs it.
import type { SettingsTable, Usage } from '@muster/config';
import { renderGroupHelp, suggest } from '@muster/config';
import { MusterError } from '@muster/protocol';
import type { Command } from './command.ts';
import { helpWidth, print, runCommand, withErrors } from './command.ts';
import { renderTopic, type Topic } from './help/topic.ts';
import { readVersion } from './version.ts';

// A method's parameters are compared both ways, so that commands of every table fit.
export type AnyCommand = Command<SettingsTable>;

export interface CommandGroup {
  /** As typed, e.g. `ipcluster`. */
  readonly name: string;
  readonly about: string;
  readonly commands: Readonly<Record<string, GroupEntry>>;
  readonly examples?: Usage['examples'];
  /** What `help TOPIC` says besides commands. */
  readonly topics?: Readonly<Record<string, Topic>>;
}

interface GroupEntry {
  /** What it does, without a full stop, for the list in the help. */
  readonly about: string;
  /** Heading in the list. Default: Commands. */
  readonly section?: string;
  /** For programs, not for people. */
  readonly hidden?: boolean;
  /** Loaded when it is asked for: starting fast is the point. */
  load(): Program | Promise<Program>;
}

export type Program = AnyCommand | CommandGroup;

export const isGroup = (program: Program): program is CommandGroup => 'commands' in program;

/** Keeps the types of a command's own table, and makes it one among others. */
export const defineCommand = <const T extends SettingsTable>(command: Command<T>): AnyCommand =>
  command as unknown as AnyCommand;

const helpWords: readonly string[] = ['-h', '--help', '--help-all', 'help'];

/** Runs a program to its exit status; never throws. `help start` is `start --help`. */
export async function runProgram(program: Program, argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  if (!isGroup(program)) return runCommand(program, argv, env);
  const [name, ...rest] = argv;
  const entry = name !== undefined && Object.hasOwn(program.commands, name) ? program.commands[name] : undefined;
  if (entry !== undefined) return runProgram(await entry.load(), rest, env);
  return withErrors(program.name, async () => {
    if (name === undefined) {
      process.stderr.write(groupHelp(program));
      return 2;
    }
    const [about] = rest;
    const topic = name === 'help' ? topicOf(program, about) : undefined;
    if (topic !== undefined) return print(renderTopic(topic, helpWidth()));
    if (name === 'help' && about !== undefined && !about.startsWith('-'))
      return runProgram(program, [...rest, '--help'], env);
    if (helpWords.includes(name)) return print(groupHelp(program));
    if (name === '--version' || name === '-V') return print(`${readVersion()}\n`);
    throw noSuchCommand(program, name);
  });
}

const topicOf = ({ topics = {} }: CommandGroup, name = ''): Topic | undefined =>
  Object.hasOwn(topics, name) ? topics[name] : undefined;

function noSuchCommand({ name: group, commands }: CommandGroup, name: string): MusterError {
  const shown = Object.entries(commands).filter(([, { hidden }]) => hidden !== true);
  const known = shown.map(([word]) => word);
  const near = suggest(name, known);
  const hint = near === undefined ? '' : ` Did you mean '${group} ${near}'?`;
  return new MusterError('unknown_option', `There is no command '${name}'.${hint}`, `There are: ${known.join(', ')}.`);
}

function groupHelp({ name, about, commands, examples, topics = {} }: CommandGroup): string {
  const entries = Object.entries(commands)
    .filter(([, { hidden }]) => hidden !== true)
    .map(([word, entry]) => ({ word, ...entry }));
  const told = Object.entries(topics).map(([word, topic]) => ({
    ...{ word, about: topic.about },
    section: `Topics (${name} help TOPIC)`,
  }));
  return renderGroupHelp(
    { name, about, entries: [...entries, ...told], ...(examples !== undefined && { examples }) },
    helpWidth(),
  );
}
