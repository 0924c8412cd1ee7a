import { expect, test } from 'vitest';
import type { TestResult } from './results.ts';
import { formatBaseline, mergeRecordings, mergeRepeated, parseBaseline, testsToRepeat } from './results.ts';

const results = parseBaseline(
  '# words\n\npassed 0.50 test_a::one\nfailed 3 test_a::race[x y]\nskipped 0.00 test_b.B::mongo\n',
);

test('what is written can be read, in the order of names, and a line that is none is refused', () => {
  expect(results.get('test_a::race[x y]')).toEqual({ outcome: 'failed', seconds: 3 });
  const text = formatBaseline(['by whom'], new Map([...results].toReversed()));
  expect(text).toBe(
    '# by whom\npassed 0.50 test_a::one\nfailed 3.00 test_a::race[x y]\nskipped 0.00 test_b.B::mongo\n',
  );
  expect(parseBaseline(text)).toEqual(results);
  for (const line of ['passed test_a::one', 'okay 1 test_a::one', 'passed 1 '])
    expect(() => parseBaseline(line)).toThrow(/Not a line/);
});

const passed: TestResult = { outcome: 'passed', seconds: 1 };
const failed: TestResult = { outcome: 'failed', seconds: 1 };

test('failures are tried again, and what only the other side had; not what cannot pass there by the recording', () => {
  const other = new Map([...results, ['test_c::lost', passed] as const]);
  const mine = new Map<string, TestResult>([
    ['test_a::one', failed],
    ['test_a::race[x y]', { outcome: 'error', seconds: 0 }],
    ['test_z::new', failed],
    ['test_d.py', failed],
  ]);
  expect(testsToRepeat(mine, other, true, false)).toEqual(['test_a::one', 'test_z::new', 'test_c::lost']);
  expect(testsToRepeat(mine, other, false, false)).toEqual([
    'test_a::one',
    'test_a::race[x y]',
    'test_z::new',
    'test_c::lost',
  ]);
  expect(testsToRepeat(mine, other, true, true)).not.toContain('test_c::lost');
  expect(testsToRepeat(results, undefined, false, false)).toEqual(['test_a::race[x y]']);
});

test('a pass at the second try counts, with what was said at first; a second failure changes nothing', () => {
  const first = new Map<string, TestResult>([
    ['a::x', failed],
    ['a::y', failed],
    ['a::z', passed],
  ]);
  const second = new Map<string, TestResult>([
    ['a::x', passed],
    ['a::y', { outcome: 'error', seconds: 9 }],
    ['a::lost', passed],
    ['a::gone', failed],
  ]);
  const merged = mergeRepeated(first, second, new Map([['a::x', 'it timed out']]));
  expect(merged.get('a::x')).toEqual({ ...passed, firstFailure: 'it timed out' });
  expect(merged.get('a::y')).toEqual(failed);
  expect(merged.get('a::z')).toEqual(passed);
  expect(merged.get('a::lost')).toEqual({ ...passed, firstFailure: 'it did not run' });
  expect(merged.get('a::gone')).toEqual(failed);
});

test('of several recordings a pass counts, and the quickest; what is left out goes', () => {
  const recording = (outcome: TestResult['outcome'], seconds: number): TestResult => ({ outcome, seconds });
  const one = new Map([
    ['a::luck', recording('passed', 3)],
    ['a::slow', recording('passed', 9)],
    ['a::never', recording('failed', 1)],
    ['a::out', passed],
  ]);
  const other = new Map([
    ['a::luck', recording('error', 1)],
    ['a::slow', recording('passed', 2)],
    ['a::never', recording('failed', 5)],
    ['a::new', recording('skipped', 0)],
  ]);
  const expected = {
    'a::luck': recording('passed', 3),
    'a::slow': recording('passed', 2),
    'a::never': recording('failed', 1),
    'a::new': recording('skipped', 0),
  };
  expect(Object.fromEntries(mergeRecordings(one, other, ['a::out']))).toEqual(expected);
  expect(Object.fromEntries(mergeRecordings(other, one, ['a::out']))).toEqual(expected);
});
