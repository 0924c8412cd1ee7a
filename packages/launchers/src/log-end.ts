// The end of a file that processes write to.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** At most the last so many bytes, from a whole line on; "" without a file that can be read. */
export function readEnd(path: string, maxBytes = 4000): string {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return '';
  }
  try {
    const { size } = fstatSync(file);
    const length = Math.min(size, maxBytes);
    const bytes = Buffer.alloc(length);
    const read = readSync(file, bytes, 0, length, size - length);
    const text = bytes.toString('utf8', 0, read);
    return length < size ? text.slice(text.indexOf('\n') + 1) : text;
  } catch {
    return '';
  } finally {
    closeSync(file);
  }
}
