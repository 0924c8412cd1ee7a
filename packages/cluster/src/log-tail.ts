// The end of a log file, to show with a failure.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const maxBytes = 4096;
const maxLines = 15;

/** The last lines, indented, under the name of the file; says so when there is nothing to show. `text` is what is known otherwise. */
export function logTail(path: string, text?: string): string {
  if (text !== undefined && text !== '') return shown('the log', text);
  if (path === '') return 'Its log is not known.';
  try {
    const end = readEnd(path, maxBytes);
    return end === '' ? `Its log is empty: ${path}` : shown(path, end);
  } catch {
    return `Its log cannot be read: ${path}`;
  }
}

/** The last bytes of a file. Throws where there is none. */
export function readEnd(path: string, bytes: number): string {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const end = Buffer.alloc(Math.min(size, bytes));
    readSync(file, end, 0, end.length, size - end.length);
    return end.toString('utf8');
  } finally {
    closeSync(file);
  }
}

const shown = (path: string, text: string): string =>
  [
    `The end of ${path}:`,
    ...text
      .trimEnd()
      .split('\n')
      .slice(-maxLines)
      .map((line) => `  | ${line}`),
  ].join('\n');
