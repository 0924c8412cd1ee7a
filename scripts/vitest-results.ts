// What vitest's JSON says of a run, and of the files that were run a second time. Pure.
import type { Counts } from './counts.ts';
import { addCounts, noCounts } from './counts.ts';

interface Test {
  readonly fullName: string;
  readonly status: string;
  readonly failureMessages?: readonly string[];
}

/** A file with its tests; `name` is its path. */
interface TestFile {
  readonly name: string;
  readonly status: string;
  readonly assertionResults: readonly Test[];
}

/** The part of vitest's JSON that is read here. */
export interface VitestResults {
  readonly testResults: readonly TestFile[];
}

/** With more broken files than this, nothing is tried again: that is no bad luck. */
const mostFiles = 4;

export const countFiles = (files: readonly TestFile[]): Counts => files.map(countFile).reduce(addCounts, noCounts);

function countFile({ status, assertionResults }: TestFile): Counts {
  const how = (wanted: string): number => assertionResults.filter((test) => test.status === wanted).length;
  const [passed, failed] = [how('passed'), how('failed')];
  // A file that could not be loaded, or whose own set-up failed, has no failed test to show for it.
  const broken = status === 'failed' && failed === 0 ? 1 : 0;
  return { passed, failed: failed + broken, skipped: assertionResults.length - passed - failed };
}

/** Paths of the files to run once more, alone: those with failures, when they are few. */
export function worthAnotherTry({ testResults }: VitestResults): string[] {
  const failed = testResults.filter((file) => countFile(file).failed > 0).map(({ name }) => name);
  return failed.length > mostFiles ? [] : failed;
}

/** A second run takes the place of the first for its files; `lucky` are the tests that failed in the first only. */
export function mergeRuns(
  first: VitestResults,
  second: VitestResults,
): { readonly counts: Counts; readonly lucky: readonly { readonly title: string; readonly why: string }[] } {
  const again = new Map(second.testResults.map((file) => [file.name, file]));
  const lucky = first.testResults.flatMap((file) => {
    const now = new Map(again.get(file.name)?.assertionResults.map((test) => [test.fullName, test.status]));
    return file.assertionResults
      .filter(({ status, fullName }) => status === 'failed' && now.get(fullName) === 'passed')
      .map(({ fullName, failureMessages }) => ({
        title: `${file.name} > ${fullName}`,
        why: failureMessages?.[0]?.split('\n')[0] ?? '',
      }));
  });
  return { counts: countFiles(first.testResults.map((file) => again.get(file.name) ?? file)), lucky };
}
