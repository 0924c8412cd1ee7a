import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@muster/testkit';
import { expect, test } from 'vitest';
import { withFigures, writeFigures } from './report-files.ts';

test('figures go between their marks, again and again', async () => {
  await using folder = await temporaryFolder('bench');
  const file = join(folder.path, 'performance.md');
  writeFileSync(file, 'before\n<!-- figures -->\nold\n<!-- /figures -->\nafter\n');
  writeFigures(file, 'new');
  writeFigures(file, 'newer');
  expect(readFileSync(file, 'utf8')).toBe('before\n<!-- figures -->\n\nnewer\n\n<!-- /figures -->\nafter\n');
  const other = join(folder.path, 'other.md');
  writeFigures(other, 'figures');
  expect(readFileSync(other, 'utf8')).toBe('figures\n');
});

test('a text with half of the marks has no place for figures', () => {
  expect(withFigures('<!-- figures -->', 'x')).toBeUndefined();
  expect(withFigures('<!-- /figures --> <!-- figures -->', 'x')).toBeUndefined();
});
