// The table of differences that have a reason (e2e/interop/wire-differences.md): sections, each a reason and the differences
// that it explains.
import type { Difference } from './compare.ts';

export interface Explanation {
  /** Heading of its section. */
  readonly title: string;
  /** First line below the heading. */
  readonly why: string;
  /** As in the table; `*` stands for any text. */
  readonly row: Difference;
  readonly line: number;
}

const columns = ['scenario', 'message', 'at', 'theirs', 'ours'] as const;

/** Reads the table. Throws where a row has too few cells or stands in a section that gives no reason. */
export function parseExplanations(markdown: string): Explanation[] {
  const explanations: Explanation[] = [];
  let title = '';
  let why = '';
  for (const [i, line] of markdown.split('\n').entries()) {
    if (line.startsWith('## ')) [title, why] = [line.slice(3).trim(), ''];
    else if (line.startsWith('|')) {
      const cells = cellsOf(line);
      if (cells[0] === 'scenario' || /^-+$/.test(cells[0] ?? '')) continue;
      if (cells.length !== columns.length) throw new Error(`line ${i + 1}: ${columns.length} cells are needed`);
      if (title === '' || why === '') throw new Error(`line ${i + 1}: the section gives no reason`);
      const row = Object.fromEntries(columns.map((column, at) => [column, cells[at]!])) as unknown as Difference;
      explanations.push({ title, why, row, line: i + 1 });
    } else if (title !== '' && why === '') why = line.trim();
  }
  return explanations;
}

const cellsOf = (line: string): string[] =>
  line
    .trim()
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) =>
      cell
        .trim()
        .replace(/^`(.*)`$/, '$1')
        .replaceAll('\\|', '|'),
    );

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
const matches = (pattern: string, text: string): boolean =>
  pattern === text || new RegExp(`^${pattern.split('*').map(escaped).join('.*')}$`).test(text);

export const explains = ({ row }: Explanation, difference: Difference): boolean =>
  columns.every((column) => matches(row[column], difference[column]));

/** A row of the table for a difference that is not in it. */
export const formatRow = (difference: Difference): string =>
  `| ${columns.map((column) => `\`${difference[column].replaceAll('|', '\\|')}\``).join(' | ')} |`;
