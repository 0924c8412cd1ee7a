// What a kernel writes to its own output: into our log, and its end kept for the error message.
import type { Readable } from 'node:stream';

const keptChars = 4000;
const keptLines = 20;

export interface LogTail {
  /** The last lines. */
  readonly text: string;
}

/** `pass` gets each piece as it comes. */
export function followOutput(streams: readonly (Readable | null)[], pass: (piece: string) => void): LogTail {
  let kept = '';
  for (const stream of streams)
    stream?.setEncoding('utf8').on('data', (piece: string) => {
      kept = (kept + piece).slice(-keptChars);
      pass(piece);
    });
  return {
    get text() {
      return kept.trimEnd().split('\n').slice(-keptLines).join('\n');
    },
  };
}
