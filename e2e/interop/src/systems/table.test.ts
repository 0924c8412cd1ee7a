import { expect, test } from 'vitest';
import type { Outcome } from '../outcomes.ts';
import { formatTable, summarize } from './table.ts';

test('outcomes are counted by what they are', () => {
  const outcomes = new Map<string, Outcome>([
    ['a', 'passed'],
    ['b', 'failed'],
    ['c', 'passed'],
  ]);
  expect(summarize(outcomes)).toBe('2 passed, 1 failed');
  expect(summarize(new Map())).toBe('not run');
});

test('columns are as wide as they must be, and no line ends in spaces', () => {
  expect(
    formatTable([
      ['', 'theirs', 'ours'],
      ['test_mpi', '5 passed', ''],
    ]),
  ).toBe('          theirs    ours\ntest_mpi  5 passed');
});
