import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fileOf, generatedFiles } from './generated.ts';

test.each(generatedFiles)('$path is what its tables say; if not: npm run generate', ({ path, text }) => {
  expect(readFileSync(fileOf(path), 'utf8')).toBe(text());
});
