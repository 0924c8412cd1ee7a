// What a test-suite said, compared with what it says of Python's own controller.

export type Outcome = 'passed' | 'failed' | 'error' | 'skipped' | 'xfailed';
export type Outcomes = ReadonlyMap<string, Outcome>;

/** The module of a test: `test_client` of `test_client.TestClient::test_ids`. */
export const moduleOf = (test: string): string => /^\w+/.exec(test)?.[0] ?? test;

export interface Change {
  readonly test: string;
  readonly before: Outcome | 'not in the list';
  readonly now: Outcome | 'did not run';
}

export interface Comparison {
  /** Tests that pass now. */
  readonly passed: number;
  /** Tests that must pass and do not: those that pass in the baseline, and failures of tests that it does not know. */
  readonly worse: readonly Change[];
  /** Tests that pass now and not in the baseline. */
  readonly better: readonly Change[];
  /** Tests that pass neither here nor there, so that they judge nothing. */
  readonly unjudged: readonly Change[];
}

/**
 * Compares the outcomes of a run with a baseline. `expected` says which tests of the baseline the run was to include; one of
 * these that did not run counts as worse.
 */
export function compare(baseline: Outcomes, now: Outcomes, expected: (test: string) => boolean): Comparison {
  const worse: Change[] = [];
  const better: Change[] = [];
  const unjudged: Change[] = [];
  let passed = 0;
  for (const [test, outcome] of now) {
    const before = baseline.get(test) ?? 'not in the list';
    const change: Change = { test, before, now: outcome };
    if (outcome === 'passed') {
      passed++;
      if (before !== 'passed') better.push(change);
    } else if (before === 'passed' || before === 'not in the list') worse.push(change);
    else unjudged.push(change);
  }
  for (const [test, before] of baseline)
    if (!now.has(test) && expected(test))
      (before === 'passed' ? worse : unjudged).push({ test, before, now: 'did not run' });
  return { passed, worse, better, unjudged };
}
