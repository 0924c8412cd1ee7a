// One config file of Python as one of ours: what is in it is checked as our own file would be.

import { basename } from 'node:path';
import { type ConfigProgram, configPrograms, parseCommandLine } from '@muster/config';
import { asConfigFile, renderAssignment } from '@muster/config/config-files';
import { readPythonConfig } from '@muster/config/python-config';
import { type Json, MusterError } from '@muster/protocol';
import { tablesOf, templateOf } from './tables.ts';

interface LeftOutPlace {
  readonly line: number;
  readonly source: string;
  readonly why: string;
}

export interface TakenOver {
  readonly path: string;
  readonly program: ConfigProgram;
  /** Our file. */
  readonly text: string;
  readonly settings: readonly { readonly name: string; readonly value: Json; readonly line: number }[];
  readonly leftOut: readonly LeftOutPlace[];
}

interface Assignment {
  readonly name: string;
  readonly value: Json;
  readonly line: number;
}

/** `source`: text of the file at `path`. */
export async function takeOver(path: string, program: ConfigProgram, source: string): Promise<TakenOver> {
  const { assignments, leftOut: unread } = readPythonConfig(source);
  const lines = source.split(/\r\n|\n|\r/);
  const settings: Assignment[] = [];
  const leftOut: LeftOutPlace[] = unread.map(({ line, lastLine, source: shown, why }) => ({
    ...{ line, source: shown },
    why: lastLine > line ? `${why}, up to line ${lastLine}` : why,
  }));
  for (const one of assignments) {
    const why = await whyNot(program, one);
    if (why === undefined) settings.push(one);
    else leftOut.push({ line: one.line, source: (lines[one.line - 1] ?? '').trim().slice(0, 100), why });
  }
  leftOut.sort((a, b) => a.line - b.line);
  const text = settings.length === 0 ? '' : await render(path, program, settings, leftOut);
  return { path, program, text, settings, leftOut };
}

/** Why a setting means nothing in our file; undefined when it does. */
async function whyNot(program: ConfigProgram, { name, value, line }: Assignment): Promise<string | undefined> {
  const { main, others } = await tablesOf[program]();
  const file = asConfigFile({ path: '', text: '', isOfProfile: true, settings: [{ name, value, line }] });
  let isKnown = false;
  for (const table of [main, ...others]) {
    try {
      const siblings = [main, ...others].filter((other) => other !== table);
      const { given, warnings } = parseCommandLine(table, [], {}, { program, siblings, files: [file] });
      if (Object.keys(given).length > 0) return undefined;
      const [warning] = warnings;
      if (warning !== undefined) return clause(warning, name);
      isKnown = true;
    } catch (error) {
      if (error instanceof MusterError) return clause(error.message, name);
      throw error;
    }
  }
  const owner = isKnown ? await ownerOf(program, name, value) : undefined;
  return owner === undefined ? 'it has no effect here' : `it is a setting of ${owner}: put it into ${owner}_config.ts`;
}

/** Another of our programs that takes the setting. */
async function ownerOf(program: ConfigProgram, name: string, value: Json): Promise<ConfigProgram | undefined> {
  for (const other of configPrograms.filter((one) => one !== program)) {
    const { main } = await tablesOf[other]();
    const file = asConfigFile({ path: '', text: '', isOfProfile: true, settings: [{ name, value }] });
    try {
      const { given } = parseCommandLine(main, [], {}, { program: other, files: [file] });
      if (Object.keys(given).length > 0) return other;
    } catch {
      // Its value cannot be: then it is that program's all the same, and says so when it is moved there.
      return other;
    }
  }
  return undefined;
}

/** `:3: Class.trait: 'x' is not a number.` → `'x' is not a number`. */
function clause(message: string, name: string): string {
  const text = message.replace(/^:\d+: /, '').replace(/\.$/, '');
  return text.startsWith(name) ? text.slice(name.length).replace(/^:?\s*/, '') : text;
}

async function render(
  path: string,
  program: ConfigProgram,
  settings: readonly Assignment[],
  leftOut: readonly LeftOutPlace[],
): Promise<string> {
  const file = inComment(basename(path));
  const missing = leftOut.map(({ line, source, why }) => inComment(`//   line ${line}: ${source} (${why})`));
  return [
    `// Taken over from ${file}.`,
    '',
    ...settings.map(({ name, value }) => renderAssignment(name, value)),
    '',
    ...(missing.length === 0 ? [] : [`// Left out, in ${file}:`, ...missing, '']),
    await templateOf(program),
  ].join('\n');
}

/** Nothing that ends a line, and with it the comment, or that is not seen. */
const inComment = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ');

/** Is it a config file in which everything is commented out, as it was made? */
export const setsNothing = (text: string): boolean =>
  text
    .replace(/^export \{\};\ndeclare const c: \{\n(?: {2}.*\n)*\};\n?$/m, '')
    .split('\n')
    .every((line) => /^\s*(\/\/|$)/.test(line));
