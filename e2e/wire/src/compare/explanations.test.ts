import { expect, test } from 'vitest';
import { explains, formatRow, parseExplanations } from './explanations.ts';

const head = '| scenario | message | at | theirs | ours |\n|---|---|---|---|---|\n';
const difference = { scenario: 'a: b', message: 'reply', at: 'content.x[0]', theirs: '"<IDS|MSG>"', ours: 'nothing' };

test('a row explains the difference that it was made from, and no other', () => {
  const [explanation] = parseExplanations(`# T\n\nWords.\n\n## Why\n\nBecause.\n\n${head}${formatRow(difference)}\n`);
  expect(explanation).toEqual({ title: 'Why', why: 'Because.', row: difference, line: 11 });
  expect(explains(explanation!, difference)).toBe(true);
  for (const key of ['scenario', 'message', 'at', 'theirs', 'ours'])
    expect(explains(explanation!, { ...difference, [key]: 'else' })).toBe(false);
});

test('a star stands for any text, and nothing else is special', () => {
  const [explanation] = parseExplanations(
    `## Why\n\nBecause.\n\n${head}| \`a: *\` | * | content.x[0] | \`*IDS*\` | * |\n`,
  );
  expect(explains(explanation!, difference)).toBe(true);
  expect(explains(explanation!, { ...difference, at: 'content.x0' })).toBe(false);
  expect(explains(explanation!, { ...difference, scenario: 'b: a: b' })).toBe(false);
});

test('a row without a reason, or with too few cells, is refused', () => {
  expect(() => parseExplanations(`${head}${formatRow(difference)}`)).toThrow('no reason');
  expect(() => parseExplanations(`## Why\n\n${head}${formatRow(difference)}`)).toThrow('no reason');
  expect(() => parseExplanations(`## Why\n\nBecause.\n\n${head}| a | b |`)).toThrow('5 cells');
});
