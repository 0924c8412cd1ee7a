import { expect, test } from 'vitest';
import type { Outcome, Outcomes } from './outcomes.ts';
import { compare, moduleOf } from './outcomes.ts';

/** Of lines `outcome test`. */
const outcomesOf = (text: string): Outcomes =>
  new Map(text.split('\n').map((line) => [line.slice(line.indexOf(' ') + 1), line.split(' ')[0] as Outcome]));

const baseline = outcomesOf('passed test_a::one\npassed test_a::two\nfailed test_a::race[x y]\nskipped test_b::mongo');

test('worse is what passed before and does not now, or did not run', () => {
  const now = outcomesOf('failed test_a::one\nfailed test_a::race[x y]\nskipped test_b::mongo');
  const result = compare(baseline, now, () => true);
  expect(result.worse).toEqual([
    { test: 'test_a::one', before: 'passed', now: 'failed' },
    { test: 'test_a::two', before: 'passed', now: 'did not run' },
  ]);
  expect(result.unjudged.map(({ test }) => test)).toEqual(['test_a::race[x y]', 'test_b::mongo']);
  expect(result.passed).toBe(0);
});

test('a skip of what passed before is worse, and so is a failure nobody knows', () => {
  const now = outcomesOf('skipped test_a::one\npassed test_a::two\nfailed test_c::new');
  expect(compare(baseline, now, (name) => moduleOf(name) === 'test_a').worse.map(({ test }) => test)).toEqual([
    'test_a::one',
    'test_c::new',
  ]);
});

test('better is what passes now and did not', () => {
  const now = outcomesOf('passed test_a::one\npassed test_a::two\npassed test_a::race[x y]');
  expect(compare(baseline, now, (name) => moduleOf(name) === 'test_a')).toMatchObject({
    passed: 3,
    worse: [],
    better: [{ test: 'test_a::race[x y]', before: 'failed', now: 'passed' }],
  });
});

test('only tests that the run was to include can be missing', () => {
  expect(compare(baseline, new Map(), (name) => moduleOf(name) === 'test_b').worse).toEqual([]);
});
