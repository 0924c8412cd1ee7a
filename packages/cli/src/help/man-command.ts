// muster man: the manual page of any command.
import { MusterError } from '@muster/protocol';
import { print } from '../command.ts';
import { type AnyCommand, defineCommand, isGroup, type Program } from '../command-tree.ts';
import type { Programs } from '../completion/answer.ts';
import { readVersion } from '../version.ts';
import { commandManPage, groupManPage } from './man-page.ts';

export const manCommand = (programs: Programs): AnyCommand =>
  defineCommand({
    name: 'muster man',
    table: {},
    usage: {
      usage: 'muster man COMMAND …',
      about: 'Prints the manual page of a command, in roff.',
      examples: [
        ['muster man ipcluster start | man -l -', 'to read it'],
        ['muster man ipcontroller > ~/.local/share/man/man1/ipcontroller.1', 'to have it: man ipcontroller'],
      ],
    },
    parse: { words: true },
    wordKind: Object.keys(programs),
    run: async ({ words }) => print(await manPage(programs, words)),
  });

/** Throws MusterError `unknown_option` for a command that is none. */
export async function manPage(programs: Programs, words: readonly string[]): Promise<string> {
  const [first = 'muster', ...rest] = words;
  const load = Object.hasOwn(programs, first) ? programs[first] : undefined;
  if (load === undefined) throw noCommand(words, Object.keys(programs));
  let program: Program = await load();
  let summary = first === 'muster' ? 'interactive parallel computing' : firstClause(aboutOf(program));
  for (const word of rest) {
    const entry = isGroup(program) && Object.hasOwn(program.commands, word) ? program.commands[word] : undefined;
    if (entry === undefined) throw noCommand(words, isGroup(program) ? Object.keys(program.commands) : []);
    summary = entry.about;
    program = await entry.load();
  }
  const page = { name: words.length === 0 ? 'muster' : words.join(' '), summary, version: readVersion() };
  if (!isGroup(program)) return commandManPage(page, program.table, program.usage);
  const shown = Object.entries(program.commands).filter(([, { hidden }]) => hidden !== true);
  const commands = shown.map(([word, { about }]) => [word, about] as const);
  return groupManPage(page, program.about, commands, program.examples ?? []);
}

const aboutOf = (program: Program): string => (isGroup(program) ? program.about : program.usage.about);

/** `Starts a controller: it …` → `starts a controller`. */
const firstClause = (about: string): string =>
  about.slice(0, 1).toLowerCase() + (/^(.*?)[.:,]/.exec(about)?.[1] ?? about).slice(1);

function noCommand(words: readonly string[], known: readonly string[]): MusterError {
  const remedy = known.length === 0 ? 'It has no commands of its own.' : `There are: ${known.join(', ')}.`;
  return new MusterError('unknown_option', `There is no command '${words.join(' ')}'.`, remedy);
}
