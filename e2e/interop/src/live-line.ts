/** A line that is rewritten in place on a terminal; elsewhere it is printed at most every `everyMs`. */
export interface LiveLine {
  show(text: string): void;
  /** Takes the line away, so that others can be printed. */
  clear(): void;
}

export function createLiveLine(stream: NodeJS.WriteStream = process.stdout, everyMs = 30_000): LiveLine {
  let last = performance.now();
  return {
    show(text) {
      if (stream.isTTY) stream.write(`\r\x1b[2K${text.slice(0, (stream.columns ?? 80) - 1)}`);
      else if (performance.now() - last >= everyMs) {
        last = performance.now();
        stream.write(`${text}\n`);
      }
    },
    clear() {
      if (stream.isTTY) stream.write('\r\x1b[2K');
    },
  };
}
