// The end of a log file, to show with a failure.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const maxBytes = 4096;
const maxLines = 15;

/** The last lines, indented, under the name of the file; says so when there is nothing to show. */
export function logTail(path: string): string {
  if (path === '') return 'Its log is not known.';
  try {
    const file = openSync(path, 'r');
    try {
      const { size } = fstatSync(file);
      const bytes = Buffer.alloc(Math.min(size, maxBytes));
      readSync(file, bytes, 0, bytes.length, size - bytes.length);
      const lines = bytes.toString('utf8').trimEnd().split('\n').slice(-maxLines);
      if (bytes.length === 0) return `Its log is empty: ${path}`;
      return [`The end of ${path}:`, ...lines.map((line) => `  | ${line}`)].join('\n');
    } finally {
      closeSync(file);
    }
  } catch {
    return `Its log cannot be read: ${path}`;
  }
}
