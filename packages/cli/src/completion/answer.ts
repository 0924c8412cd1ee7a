// What may stand where the cursor is: found by going down the tree of commands with the words before it.
import type { Environment } from '@muster/config';
import type { AnyCommand, CommandGroup, Program } from '../command-tree.ts';
import { isGroup } from '../command-tree.ts';
import { type Candidate, optionCandidates, settingOf, type ValueKind, valueKind } from './options.ts';
import { findPlaces, type Places } from './places.ts';
import type { Typed } from './words.ts';

export interface Answer {
  /** Files and directories are completed by the shell itself. */
  readonly kind: 'words' | 'files' | 'directories';
  /** What stands before the file's name in the same word: `--file=`. */
  readonly prefix: string;
  readonly candidates: readonly Candidate[];
}

export type Programs = Readonly<Record<string, () => Program | Promise<Program>>>;

const words = (candidates: readonly Candidate[]): Answer => ({ kind: 'words', prefix: '', candidates });
const nothing = words([]);

/** Candidates whose begin is the word that is being typed. */
export async function answer(programs: Programs, { before, current }: Typed, env: Environment): Promise<Answer> {
  const [path = '', ...rest] = before;
  const name = path.replace(/^.*[/\\]/, '').replace(/\.js$/, '');
  const load = Object.hasOwn(programs, name) ? programs[name] : undefined;
  if (load === undefined) return nothing;
  const { program, args } = await descend(await load(), rest);
  if (isGroup(program)) return args.length > 0 ? nothing : groupAnswer(program, current, rest.at(-1) === 'help');
  return commandAnswer(programs, program, args, current, env);
}

/** The command that the words name, and the words behind its name. `help start` is about `start`. */
async function descend(
  program: Program,
  args: readonly string[],
): Promise<{ program: Program; args: readonly string[] }> {
  const [name, ...rest] = args;
  if (!isGroup(program) || name === undefined) return { program, args };
  const isHelp = name === 'help' && !Object.hasOwn(program.commands, 'help');
  if (isHelp) return descend(program, rest);
  const entry = Object.hasOwn(program.commands, name) ? program.commands[name] : undefined;
  return entry === undefined ? { program, args } : descend(await entry.load(), rest);
}

function groupAnswer({ commands, topics = {} }: CommandGroup, current: string, isHelp: boolean): Answer {
  const shown = Object.entries(commands).filter(([, { hidden }]) => hidden !== true);
  const all: Candidate[] = [
    ...shown.map(([value, { about }]) => ({ value, about })),
    ...(isHelp
      ? Object.entries(topics).map(([value, { about }]) => ({ value, about }))
      : [{ value: 'help', about: 'help with a command' }]),
  ];
  const options = optionCandidates({}, current).filter(({ value }) => value !== '--help-all');
  return words(current.startsWith('-') ? options : all.filter(({ value }) => value.startsWith(current)));
}

async function commandAnswer(
  programs: Programs,
  command: AnyCommand,
  args: readonly string[],
  current: string,
  env: Environment,
): Promise<Answer> {
  const split = args.indexOf('--');
  if (split >= 0) return behindDashes(programs, command, args.slice(split + 1), current, env);
  const { table } = command;
  const attached = /^(--?[^=]+=)(.*)$/s.exec(current);
  const places = (): Places => findPlaces(table, args, env);
  if (attached !== null) {
    const [, prefix = '', value = ''] = attached;
    const setting = settingOf(table, prefix.slice(0, -1));
    return valuesAnswer(setting === undefined ? undefined : valueKind(setting), prefix, value, places);
  }
  const last = args.at(-1);
  const open = last?.startsWith('-') && !last.includes('=') ? settingOf(table, last) : undefined;
  if (open !== undefined && open.type !== 'boolean') return valuesAnswer(valueKind(open), '', current, places);
  if (current.startsWith('-')) return words(optionCandidates(table, current));
  if (command.wordKind === undefined) return current === '' ? words(optionCandidates(table, '--')) : nothing;
  return valuesAnswer(command.wordKind, '', current, places);
}

/** Behind `--` of ipcluster start stand options of the controller. */
async function behindDashes(
  programs: Programs,
  command: AnyCommand,
  args: readonly string[],
  current: string,
  env: Environment,
) {
  if (command.restIs === undefined) return nothing;
  const program = await programs[command.restIs]?.();
  return program === undefined || isGroup(program) || args.includes('--')
    ? nothing
    : commandAnswer(programs, program, args, current, env);
}

async function valuesAnswer(kind: ValueKind, prefix: string, value: string, places: () => Places): Promise<Answer> {
  if (kind === undefined) return nothing;
  if (kind === 'files' || kind === 'directories') return { kind, prefix, candidates: [] };
  const all = typeof kind === 'string' ? await places()[kind]() : kind.map((one) => ({ value: one, about: '' }));
  return words(
    all
      .filter((one) => one.value.startsWith(value))
      .map((one) => ({ value: `${prefix}${one.value}`, about: one.about })),
  );
}
