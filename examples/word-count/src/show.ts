// What a person sees: a progress bar and a table.
import type { Tallies } from './count.ts';

/** A bar with rate and time left. On a terminal it redraws itself; in a log it prints a line at each quarter. */
export function createProgress(what: string, total: number, stream: NodeJS.WriteStream = process.stderr) {
  const started = performance.now();
  let quarter = 0;
  return (done: number): void => {
    const seconds = (performance.now() - started) / 1000;
    const rate = done / Math.max(seconds, 0.001);
    const left = rate > 0 ? (total - done) / rate : 0;
    const filled = Math.round((done / total) * 30);
    const bar = '█'.repeat(filled) + '░'.repeat(30 - filled);
    const line = `${what} ${bar} ${done}/${total}  ${rate.toFixed(0)}/s  ${done < total ? `${left.toFixed(1)} s left` : `${seconds.toFixed(1)} s`}`;
    if (stream.isTTY) stream.write(`\r\x1b[K${line}${done >= total ? '\n' : ''}`);
    else if (Math.floor((done / total) * 4) > quarter) {
      quarter = Math.floor((done / total) * 4);
      stream.write(`${line}\n`);
    }
  };
}

const count = (n: number): string => n.toLocaleString('en-US');

/** The table by language, most words first, with a total. */
export function formatTallies(tallies: Tallies): string {
  const entries = Object.entries(tallies).toSorted(([, a], [, b]) => b.words - a.words);
  const total = { files: 0, bytes: 0, lines: 0, words: 0 };
  for (const [, tally] of entries)
    for (const key of ['files', 'bytes', 'lines', 'words'] as const) total[key] += tally[key];
  const rows = [...entries, ['all', total] as const].map(([language, { files, lines, words, bytes }]) => [
    language,
    count(files),
    count(lines),
    count(words),
    `${(bytes / 2 ** 20).toFixed(1)} MiB`,
  ]);
  return formatTable(['language', 'files', 'lines', 'words', 'size'], rows);
}

/** Columns: the first to the left, the others to the right; a rule above the last row. */
function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const format = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('   ');
  const rule = widths.map((width) => '─'.repeat(width)).join('   ');
  return [format(head), rule, ...rows.slice(0, -1).map(format), rule, format(rows.at(-1)!)].join('\n');
}
