// The table of a setting: test file by test file, Python's controller beside ours.
import { moduleOf } from '../outcomes.ts';
import type { Results } from './results.ts';
import type { Seen } from './verdict.ts';

interface Sum {
  readonly passed: number;
  readonly tests: number;
  readonly seconds: number;
}

const sumOf = (results: Results, belongs: (test: string) => boolean): Sum => {
  const chosen = [...results].filter(([test]) => belongs(test)).map(([, result]) => result);
  return {
    passed: chosen.filter(({ outcome }) => outcome === 'passed').length,
    tests: chosen.length,
    seconds: chosen.reduce((sum, { seconds }) => sum + seconds, 0),
  };
};

const nameWidth = 24;
const sideWidth = 20;

const cells = ({ passed, tests, seconds }: Sum): string =>
  `${`${passed}/${tests}`.padStart(sideWidth - 10)}${seconds.toFixed(1).padStart(10)}`;

/** Lines: passed of all tests, and their seconds. Files of which neither side had a test are left out. */
export function tableOf({ row, ours, python, isRecorded }: Seen): string[] {
  const line = (title: string, belongs: (test: string) => boolean): string[] => {
    const sums = [sumOf(python, belongs), sumOf(ours, belongs)];
    if (sums.every(({ tests }) => tests === 0)) return [];
    return [`  ${title.padEnd(nameWidth)}${sums.map(cells).join('')}`];
  };
  const there = isRecorded ? "Python's (recorded)" : "Python's";
  const head = `  ${''.padEnd(nameWidth)}${there.padStart(sideWidth)}${'ours'.padStart(sideWidth)}`;
  const columns = `${'passed'.padStart(sideWidth - 10)}${'seconds'.padStart(10)}`;
  return [
    head,
    `  ${''.padEnd(nameWidth)}${columns}${columns}`,
    ...row.modules.toSorted().flatMap((module) => line(module, (test) => moduleOf(test) === module)),
    ...line('together', (test) => row.modules.includes(moduleOf(test))),
  ];
}

/** The figure that is asked for: no longer than with Python's controller in the same run. Undefined when that did not run. */
export function wallTimeOf({ seconds: { ours, python } }: Seen): string | undefined {
  if (python === undefined) return undefined;
  const verdict = ours <= python ? 'ok' : 'MISSED';
  return `seconds of all jobs: ${ours.toFixed(0)} with ours, ${python.toFixed(0)} with Python's (asked: at most as many): ${verdict}`;
}
