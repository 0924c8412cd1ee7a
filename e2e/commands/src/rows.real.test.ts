// No row may go without its test.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { allRows } from './rows.ts';

/** The first argument of each call of `meets`. */
const calls = /\bmeets\(\s*(\[[^\]]*\]|\d+|'[^']*')/g;
const names = /\d+(?=\s*[,\]]|$)|'[^']*'/g;

test('every row has a test, and none is skipped', () => {
  const texts = globSync('*.real.test.ts', { cwd: import.meta.dirname })
    .filter((name) => !name.startsWith('rows.'))
    .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'));
  const met = new Set(
    texts.flatMap((text) =>
      [...text.matchAll(calls)].flatMap(([, argument]) =>
        (argument!.match(names) ?? []).map((name) => name.replaceAll("'", '')),
      ),
    ),
  );
  expect(allRows.map(String).filter((row) => !met.has(row))).toEqual([]);
  for (const text of texts) expect(text).not.toMatch(/\.(skip|todo|only|fails)\b/);
});
