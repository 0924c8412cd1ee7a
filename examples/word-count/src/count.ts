// What runs on the engines. The function travels by its source, so it may use nothing from outside itself.

/** Bytes, lines and words of the files of one language. */
interface Tally {
  files: number;
  bytes: number;
  lines: number;
  words: number;
}
/** By language. */
export type Tallies = Record<string, Tally>;

/** One batch of files, all paths absolute, each with its language. */
export type Batch = readonly { readonly path: string; readonly language: string }[];

/** Counts the files of a batch; a word is a run of letters, digits or underscores, in any script. */
export async function countBatch(batch: Batch): Promise<Tallies> {
  const { readFile } = await import('node:fs/promises');
  const word = /[\p{L}\p{N}_]+/gu;
  const tallies: Tallies = {};
  for (const { path, language } of batch) {
    const bytes = await readFile(path);
    const text = bytes.toString('utf8');
    tallies[language] ??= { files: 0, bytes: 0, lines: 0, words: 0 };
    const tally = tallies[language];
    tally.files++;
    tally.bytes += bytes.length;
    tally.lines += text.split('\n').length;
    for (const _ of text.matchAll(word)) tally.words++;
  }
  return tallies;
}

/** Adds tallies up. */
export function addTallies(all: Iterable<Tallies>): Tallies {
  const sum: Tallies = {};
  for (const tallies of all) {
    for (const [language, tally] of Object.entries(tallies)) {
      sum[language] ??= { files: 0, bytes: 0, lines: 0, words: 0 };
      const total = sum[language];
      for (const key of ['files', 'bytes', 'lines', 'words'] as const) total[key] += tally[key];
    }
  }
  return sum;
}

/** Differences between two counts, as text; empty when they agree. */
export function compareTallies(a: Tallies, b: Tallies): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((language) =>
    (['files', 'bytes', 'lines', 'words'] as const)
      .filter((key) => a[language]?.[key] !== b[language]?.[key])
      .map((key) => `${language} ${key}: ${a[language]?.[key] ?? 0} and ${b[language]?.[key] ?? 0}`),
  );
}
