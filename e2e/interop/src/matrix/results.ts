// What the tests of a setting said with one controller, and how it is written down.
import { join } from 'node:path';
import type { Outcome, Outcomes } from '../outcomes.ts';

export interface TestResult {
  readonly outcome: Outcome;
  /** With what was set up for it. */
  readonly seconds: number;
  /** What pytest said when it failed at first, and passed when it was alone. */
  readonly firstFailure?: string;
}

/** Where it is written down of Python's controller in a setting. */
export const baselineFile = ({ name }: { readonly name: string }): string =>
  join(import.meta.dirname, `../../baselines/${name}.txt`);

export type Results = ReadonlyMap<string, TestResult>;

export const outcomesOf = (results: Results): Outcomes =>
  new Map([...results].map(([test, { outcome }]) => [test, outcome]));

const line = /^(passed|failed|error|skipped|xfailed) (\d+(?:\.\d+)?) (\S.*)$/;

/** Reads lines `outcome seconds test`; empty lines and those that start with # are left out. Throws on any other line. */
export function parseBaseline(text: string): Results {
  const results = new Map<string, TestResult>();
  for (const written of text.split('\n')) {
    if (written.trim() === '' || written.startsWith('#')) continue;
    const [, outcome, seconds, test] = line.exec(written) ?? [];
    if (test === undefined) throw new Error(`Not a line of a baseline: '${written}'`);
    results.set(test, { outcome: outcome as Outcome, seconds: Number(seconds) });
  }
  return results;
}

/** `about` stands above, as comments. */
export function formatBaseline(about: readonly string[], results: Results): string {
  const lines = [...results]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([test, { outcome, seconds }]) => `${outcome} ${seconds.toFixed(2)} ${test}`);
  return [...about.map((text) => `# ${text}`), ...lines, ''].join('\n');
}

/**
 * Recordings of the same setting together: a test that passed in one of them passes with Python's controller, and the seconds are
 * those of the least disturbed run. `leftOut` are no longer recorded.
 */
export function mergeRecordings(one: Results, other: Results, leftOut: readonly string[]): Results {
  const merged = new Map(one);
  for (const [test, result] of other) {
    const before = merged.get(test);
    const isBetter = before?.outcome !== 'passed' && result.outcome === 'passed';
    const isQuicker = before?.outcome === result.outcome && result.seconds < before.seconds;
    if (before === undefined || isBetter || isQuicker) merged.set(test, result);
  }
  for (const test of leftOut) merged.delete(test);
  return merged;
}

const isFailure = (outcome: Outcome): boolean => outcome === 'failed' || outcome === 'error';

/**
 * Which tests are to be tried again: those that failed, and those that only the other controller's run had. `other` is
 * undefined where there is none to compare with; where it `isRecorded`, what does not pass there says nothing here. With a
 * selection of tests none is missing.
 */
export function testsToRepeat(
  results: Results,
  other: Results | undefined,
  isRecorded: boolean,
  isSelection: boolean,
): string[] {
  const judges = (test: string): boolean => {
    const there = other?.get(test)?.outcome;
    return !isRecorded || there === 'passed' || there === undefined;
  };
  const failed = [...results].filter(([test, { outcome }]) => isFailure(outcome) && judges(test));
  const missing = [...(other ?? [])].filter(([test, { outcome }]) => outcome === 'passed' && !results.has(test));
  // A module that cannot be read has the name of its file, and no test to try.
  return [...failed, ...(isSelection ? [] : missing)].map(([test]) => test).filter((test) => test.includes('::'));
}

/** Tests that pass at the second try have passed; `firstDetails` is what was said of them before. */
export function mergeRepeated(first: Results, second: Results, firstDetails: ReadonlyMap<string, string>): Results {
  const merged = new Map(first);
  for (const [test, result] of second) {
    if (result.outcome !== 'passed' && first.has(test)) continue;
    const firstFailure = first.has(test) ? (firstDetails.get(test) ?? 'it failed') : 'it did not run';
    merged.set(test, result.outcome === 'passed' ? { ...result, firstFailure } : result);
  }
  return merged;
}
