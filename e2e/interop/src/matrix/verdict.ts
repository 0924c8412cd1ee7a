// What a run in one setting says of our controller.
import type { Change, Comparison } from '../outcomes.ts';
import { compare, moduleOf } from '../outcomes.ts';
import type { Row } from './jobs.ts';
import type { Results } from './results.ts';
import { outcomesOf } from './results.ts';

/** One setting with what was seen there. */
export interface Seen {
  readonly row: Row;
  readonly ours: Results;
  readonly python: Results;
  /** Python's side was recorded earlier. */
  readonly isRecorded: boolean;
  /** Seconds of all jobs together, of each side that ran. */
  readonly seconds: { readonly ours: number; readonly python: number | undefined };
  /** What pytest said of tests that failed with ours. */
  readonly details: ReadonlyMap<string, string>;
}

interface Explained extends Change {
  readonly why: string;
}

export interface Verdict extends Omit<Comparison, 'worse'> {
  readonly worse: readonly Change[];
  /** Would be worse, were it not meant so. */
  readonly explained: readonly Explained[];
  /** Passed at the second try, with ours. */
  readonly second: readonly { readonly test: string; readonly firstFailure: string }[];
}

/** `isSelection`: pytest was told which tests to run, so that none can be missing. */
export function judgeSetting({ row, ours, python }: Seen, isSelection: boolean): Verdict {
  const expected = (test: string): boolean => !isSelection && row.modules.includes(moduleOf(test));
  const { worse, ...rest } = compare(outcomesOf(python), outcomesOf(ours), expected);
  const meant = row.setting.meant ?? {};
  return {
    ...rest,
    worse: worse.filter(({ test }) => meant[test] === undefined),
    explained: worse.flatMap((change) => {
      const why = meant[change.test];
      return why === undefined ? [] : [{ ...change, why }];
    }),
    second: [...ours].flatMap(([test, { firstFailure }]) =>
      firstFailure === undefined ? [] : [{ test, firstFailure }],
    ),
  };
}
