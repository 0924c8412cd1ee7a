import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Batch } from './count.ts';

const languages: Record<string, string> = {
  '.ts': 'TypeScript',
  '.mts': 'TypeScript',
  '.cts': 'TypeScript',
  '.tsx': 'TypeScript',
  '.js': 'JavaScript',
  '.mjs': 'JavaScript',
  '.cjs': 'JavaScript',
  '.jsx': 'JavaScript',
  '.json': 'JSON',
  '.map': 'source map',
  '.md': 'Markdown',
  '.mdx': 'Markdown',
  '.h': 'C header',
  '.hpp': 'C++',
  '.cc': 'C++',
  '.cpp': 'C++',
  '.c': 'C',
  '.py': 'Python',
  '.css': 'CSS',
  '.html': 'HTML',
  '.yml': 'YAML',
  '.yaml': 'YAML',
  '.txt': 'plain text',
  '.sh': 'shell',
};

export interface SourceFile {
  readonly path: string;
  readonly language: string;
  readonly sizeBytes: number;
}

/** All text and source files below a folder, each real file once; caches, which change under us, are left out. */
export async function findSources(folder: string): Promise<SourceFile[]> {
  const found: SourceFile[] = [];
  const seen = new Set<string>();
  async function visit(path: string): Promise<void> {
    const real = await realpath(path);
    if (seen.has(real)) return;
    seen.add(real);
    for (const entry of await readdir(path, { withFileTypes: true })) {
      const child = join(path, entry.name);
      if (entry.isDirectory() && entry.name !== '.cache') await visit(child);
      const language = entry.isFile() ? languages[extname(entry.name)] : undefined;
      if (language !== undefined) found.push({ path: child, language, sizeBytes: (await stat(child)).size });
    }
  }
  await visit(await realpath(folder));
  return found;
}

/**
 * Batches of about the same number of bytes, the largest files first, so that no engine ends long after the others.
 */
export function batchFiles(files: readonly SourceFile[], batches: number): Batch[] {
  const bins = Array.from({ length: Math.min(batches, files.length) }, () => ({ bytes: 0, files: [] as SourceFile[] }));
  for (const file of files.toSorted((a, b) => b.sizeBytes - a.sizeBytes)) {
    const bin = bins.reduce((least, other) => (other.bytes < least.bytes ? other : least));
    bin.bytes += file.sizeBytes;
    bin.files.push(file);
  }
  return bins.map((bin) => bin.files.map(({ path, language }) => ({ path, language })));
}
