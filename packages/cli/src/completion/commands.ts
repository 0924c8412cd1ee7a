// muster completion: what shells need to complete our commands.
import type { SettingsTable } from '@muster/config';
import { print } from '../command.ts';
import { type CommandGroup, defineCommand } from '../command-tree.ts';
import { answer, type Programs } from './answer.ts';
import { type Shell, scripts, shells } from './scripts.ts';
import { joinWords } from './words.ts';

const table = {} as const satisfies SettingsTable;

const uses: Readonly<Record<Shell, readonly (readonly [string, string])[]>> = {
  bash: [[`echo 'eval "$(muster completion bash)"' >> ~/.bashrc`, 'from the next shell on']],
  zsh: [
    [`echo 'eval "$(muster completion zsh)"' >> ~/.zshrc`, 'from the next shell on; compinit has to come before it'],
    ['muster completion zsh > ~/.zfunc/_muster', 'or as a file in a folder of $fpath'],
  ],
  fish: [[`echo 'muster completion fish | source' >> ~/.config/fish/config.fish`, 'from the next shell on']],
};

const scriptCommand = (shell: Shell) =>
  defineCommand({
    name: `muster completion ${shell}`,
    table,
    usage: {
      usage: `muster completion ${shell}`,
      about: `Prints what makes ${shell} complete commands, options, their values, profiles and clusters.`,
      examples: uses[shell],
    },
    run: async () => print(scripts[shell]),
  });

/** Asked by the scripts: kind and prefix, then a candidate a line, with a tab before what it is. */
const answerCommand = (programs: Programs) =>
  defineCommand({
    name: 'muster completion answer',
    table,
    usage: {
      usage: 'muster completion answer SHELL BREAKS -- WORDS …',
      about: 'Says what may stand at the end of WORDS. BREAKS: characters at which the shell parts words.',
    },
    parse: { words: true },
    async run({ words: [, breaks = ''], rest }, env) {
      const typed = joinWords(rest, breaks);
      const { kind, prefix, candidates } = await answer(programs, typed, env);
      const isOption = (value: string) => value.startsWith('-') && !value.includes('.');
      const lines = candidates
        .filter(({ value }) => value.startsWith(typed.kept) && !/[\s\p{Cc}]/u.test(value))
        .map(({ value, about }) => `${value.slice(typed.kept.length)}\t${shorten(about)}`);
      return print(`${kind}\t${isOption(prefix) ? prefix : ''}\n${lines.map((line) => `${line}\n`).join('')}`);
    },
  });

/** The first sentence, on a line. */
const shorten = (text: string): string => {
  const plain = text.replace(/[\s\p{Cc}]+/gu, ' ');
  const sentence = /^(.{10,}?)(?:[;:] |\. (?=\p{Lu})|\.$)/u.exec(plain)?.[1] ?? plain;
  return sentence.length > 76 ? `${sentence.slice(0, 75)}…` : sentence;
};

export const completionProgram = (programs: Programs): CommandGroup => ({
  name: 'muster completion',
  about: 'Completion of muster, ipcluster, ipcontroller and ipengine by the Tab key, in bash, zsh and fish.',
  commands: {
    ...Object.fromEntries(
      shells.map((shell) => [shell, { section: 'Shells', about: `for ${shell}`, load: () => scriptCommand(shell) }]),
    ),
    answer: { about: 'what the shells ask', hidden: true, load: () => answerCommand(programs) },
  },
  examples: [['eval "$(muster completion bash)"', 'in this very bash']],
});
