// Reads the end of a log, and then what is added; goes on where a file is replaced by a new one.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { isMissing } from '@muster/config';
import { readEnd } from '../log-tail.ts';
import type { LogSource } from './sources.ts';

export interface Tail {
  /** Whole lines that are new; the first time the last ones. */
  next(): Promise<readonly string[]>;
}

/** No line of a log is that long, on average. */
const bytesPerLine = 400;
const largestRead = 1 << 20;

export const createTail = ({ from }: Pick<LogSource, 'from'>, lines: number): Tail =>
  typeof from === 'string' ? tailOfFile(from, lines) : tailOfText(from, lines);

function tailOfFile(path: string, lines: number): Tail {
  let place: { inode: number; offset: number } | undefined;
  let half = '';
  let decoder = new StringDecoder('utf8');
  const read = (): string[] => {
    const file = openSync(path, 'r');
    try {
      const { ino, size } = fstatSync(file);
      if (place === undefined) {
        place = { inode: ino, offset: size };
        return lastLines(readEnd(path, Math.min(largestRead * 8, lines * bytesPerLine)), lines);
      }
      if (place.inode !== ino || size < place.offset) {
        place = { inode: ino, offset: 0 };
        decoder = new StringDecoder('utf8');
        half = '';
      }
      const bytes = Buffer.alloc(Math.min(largestRead, size - place.offset));
      const got = readSync(file, bytes, 0, bytes.length, place.offset);
      place = { inode: ino, offset: place.offset + got };
      const whole = (half + decoder.write(bytes.subarray(0, got))).split('\n');
      half = whole.pop() ?? '';
      return whole;
    } finally {
      closeSync(file);
    }
  };
  return {
    async next() {
      try {
        return read();
      } catch (error) {
        if (isMissing(error)) return [];
        throw error;
      }
    },
  };
}

/** Of a log that is fetched as a whole each time: what follows the last line that was seen. */
function tailOfText(fetch: () => Promise<string>, lines: number): Tail {
  let seen: string[] | undefined;
  return {
    async next() {
      const all = (await fetch().catch(() => '')).split('\n').slice(0, -1);
      const before = seen;
      if (all.length > 0) seen = all;
      if (before === undefined) return lines === 0 ? [] : all.slice(-lines);
      const last = before.at(-1);
      const at = last === undefined ? -1 : all.lastIndexOf(last);
      return all.slice(at + 1);
    },
  };
}

const lastLines = (text: string, lines: number): string[] => {
  const whole = text.split('\n');
  if (whole.at(-1) === '') whole.pop();
  return lines === 0 ? [] : whole.slice(-lines);
};
