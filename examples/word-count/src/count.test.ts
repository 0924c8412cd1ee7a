import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { addTallies, compareTallies, countBatch } from './count.ts';
import { batchFiles, findSources } from './files.ts';
import { formatTallies } from './show.ts';

test('counts the files of a folder, each once, and shows them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'word-count-'));
  try {
    await writeFile(join(folder, 'a.ts'), 'const größe = 1;\n');
    await writeFile(join(folder, 'b.md'), '# Title\n\ntwo words\n');
    await writeFile(join(folder, 'picture.png'), 'no text');
    await symlink(folder, join(folder, 'loop'));
    const files = await findSources(folder);
    expect(files.map(({ language }) => language).sort()).toEqual(['Markdown', 'TypeScript']);
    const tallies = addTallies(await Promise.all(batchFiles(files, 5).map(countBatch)));
    expect(tallies).toEqual({
      Markdown: { files: 1, bytes: 19, lines: 4, words: 3 },
      TypeScript: { files: 1, bytes: 19, lines: 2, words: 3 },
    });
    expect(formatTallies(tallies)).toMatch(/^all +2 +6 +6 /m);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('batches have about the same size', () => {
  const files = Array.from({ length: 100 }, (_, i) => ({ path: `${i}`, language: 'C', sizeBytes: (i * 37) % 101 }));
  const size = new Map(files.map((file) => [file.path, file.sizeBytes]));
  const sums = batchFiles(files, 7).map((batch) => batch.reduce((sum, { path }) => sum + size.get(path)!, 0));
  expect(Math.max(...sums) - Math.min(...sums)).toBeLessThanOrEqual(101);
});

test('a difference is named', () => {
  const a = { C: { files: 1, bytes: 2, lines: 3, words: 4 } };
  expect(compareTallies(a, structuredClone(a))).toEqual([]);
  expect(compareTallies(a, { C: { ...a.C, words: 5 } })).toEqual(['C words: 4 and 5']);
  expect(compareTallies(a, {})).toHaveLength(4);
});
