// The tables of README.md are those of the program.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { factTable } from './facts.ts';
import type { Members } from './members.ts';
import { questionTable } from './questions.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** Rows below a header, without the spaces that align them. */
function rowsBelow(header: string): string[] {
  const lines = readme.split('\n').map((line) => line.replace(/ *\| */g, '|'));
  const start = lines.indexOf(header.replace(/ *\| */g, '|')) + 2;
  expect(start).toBeGreaterThan(1);
  return lines.slice(start, lines.indexOf('', start));
}

const shapes = (members: Members): string[] =>
  Object.entries(members).map(([name, { shape }]) => (shape === name ? name : `${name}: ${shape}`));
const row = (...cells: string[]): string => `|${cells.join('|')}|`;

test('facts', () => {
  const rows = Object.entries(factTable).map(([type, entry]) => {
    const message = 'message' in entry ? [`message (${entry.message})`] : [];
    const members = [...shapes(entry.members), ...message].join(', ');
    return row(`\`${type}\``, `${entry.from} → ${entry.to}`, members, entry.meaning, entry.section);
  });
  expect(rowsBelow('| fact | from → to | members | meaning | wire |')).toEqual(rows);
});

test('questions', () => {
  const rows = Object.entries(questionTable).map(([type, { to, answer, meaning }]) =>
    row(`\`${type}\``, to, shapes(answer).join('; '), meaning),
  );
  expect(rowsBelow('| question | to | answer | meaning |')).toEqual(rows);
});
