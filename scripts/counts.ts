// What every gate tells at its end: how many checks passed, failed and were skipped.

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const noCounts: Counts = { passed: 0, failed: 0, skipped: 0 };

export const addCounts = (a: Counts, b: Counts): Counts => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
});

/** The plain line with which every gate closes. */
export const formatCounts = (counts: Counts): string =>
  `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;

/** Reads the last such line of a program's output; undefined when there is none. */
export function parseCounts(output: string): Counts | undefined {
  const lines = output.match(/^\d+ passed, \d+ failed, \d+ skipped$/gm);
  const [passed, failed, skipped] = lines?.at(-1)?.match(/\d+/g)?.map(Number) ?? [];
  return passed === undefined ? undefined : { passed, failed: failed!, skipped: skipped! };
}

/**
 * The verdict on a gate: one that ended badly without a failure to show, or that checked nothing, has failed. `why` says so.
 */
export function judge(counts: Counts | undefined, exitCode: number): { counts: Counts; why?: string } {
  const known = counts ?? noCounts;
  const failedToo = { ...known, failed: known.failed + 1 };
  if (counts === undefined) return { counts: failedToo, why: `ended with status ${exitCode} and without counts` };
  if (counts.passed + counts.failed + counts.skipped === 0) return { counts: failedToo, why: 'checked nothing' };
  if (exitCode !== 0 && counts.failed === 0) return { counts: failedToo, why: `ended with status ${exitCode}` };
  return { counts };
}
