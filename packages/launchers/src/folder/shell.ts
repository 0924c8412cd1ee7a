import { MusterError } from '@muster/protocol';

/** One word of the shell, whatever is in the text. Throws MusterError `bad_option` for a NUL, which no word can hold. */
export function quote(text: string): string {
  if (text.includes('\0'))
    throw new MusterError('bad_option', 'A text for the shell holds a NUL character.', 'Take it out.');
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** As `quote`, with a leading ~/ left for the shell to expand. */
export const quotePath = (path: string): string =>
  path === '~' ? '"$HOME"' : path.startsWith('~/') ? `"$HOME"/${quote(path.slice(2) || '.')}` : quote(path);

export const quoteAll = (words: readonly string[]): string => words.map(quote).join(' ');

/**
 * A script that comes by stdin, as something that is read whole before any of it is done: else a command in it could read
 * the rest as its input, and a connection that breaks would leave half of it done.
 */
export const wholeScript = (body: string): string =>
  `muster_main() {\n${body.trim()}\n}\nmuster_main </dev/null\nexit 0\n`;
