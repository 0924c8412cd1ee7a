import { expect, test } from 'vitest';
import { countFiles, mergeRuns, worthAnotherTry } from './vitest-results.ts';

const file = (name: string, tests: Record<string, string>, status = 'passed') => ({
  name,
  status: Object.values(tests).includes('failed') ? 'failed' : status,
  assertionResults: Object.entries(tests).map(([fullName, how]) => ({
    fullName,
    status: how,
    failureMessages: how === 'failed' ? ['it broke\n  at a place'] : [],
  })),
});

test('passed, failed and skipped are counted, and files that could not be loaded', () => {
  const files = [
    file('a', { one: 'passed', two: 'failed', three: 'pending', four: 'todo' }),
    file('b', {}, 'failed'),
    file('c', { one: 'passed' }, 'failed'),
  ];
  expect(countFiles(files)).toEqual({ passed: 2, failed: 3, skipped: 2 });
});

test('the files with failures are tried again, unless they are many', () => {
  const good = file('good', { one: 'passed' });
  const broken = file('broken', {}, 'failed');
  expect(worthAnotherTry({ testResults: [good, file('bad', { one: 'failed' }), broken] })).toEqual(['bad', 'broken']);
  const many = ['a', 'b', 'c', 'd', 'e'].map((name) => file(name, { one: 'failed' }));
  expect(worthAnotherTry({ testResults: many })).toEqual([]);
});

test('the second try counts in the place of the first, and what passed only then is told', () => {
  const first = { testResults: [file('good', { one: 'passed' }), file('bad', { one: 'failed', two: 'failed' })] };
  const second = { testResults: [file('bad', { one: 'passed', two: 'failed' })] };
  expect(mergeRuns(first, second)).toEqual({
    counts: { passed: 2, failed: 1, skipped: 0 },
    lucky: [{ title: 'bad > one', why: 'it broke' }],
  });
});

test('a file that the second run did not reach stays as it was', () => {
  const first = { testResults: [file('bad', { one: 'failed' })] };
  expect(mergeRuns(first, { testResults: [] })).toEqual({ counts: { passed: 0, failed: 1, skipped: 0 }, lucky: [] });
});
