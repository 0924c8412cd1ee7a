import { expect, test } from 'vitest';
import { reportOf } from './report.ts';
import type { Results } from './results.ts';
import { parseBaseline } from './results.ts';
import { settings } from './settings.ts';
import { tableOf, wallTimeOf } from './table.ts';
import type { Seen } from './verdict.ts';
import { judgeSetting } from './verdict.ts';

const python = parseBaseline(`passed 1.5 test_client::a
passed 2 test_client::b
failed 1 test_client::race
passed 1 test_view::c
skipped 0 test_view::d`);
const ours = parseBaseline(`passed 1 test_client::a
failed 30 test_client::b
passed 1 test_client::race
skipped 0 test_view::d`);

const seenWith = (more: Partial<Seen> = {}): Seen => ({
  row: { setting: settings[0]!, modules: ['test_view', 'test_client', 'test_util'], sides: ['python', 'ours'] },
  ours,
  python,
  isRecorded: false,
  seconds: { ours: 31, python: 30 },
  details: new Map([['test_client::b', 'E  it hung']]),
  ...more,
});

test('worse is what passes there and fails here, or did not run', () => {
  const verdict = judgeSetting(seenWith(), false);
  expect(verdict.worse.map(({ test: name, now }) => `${name} ${now}`)).toEqual([
    'test_client::b failed',
    'test_view::c did not run',
  ]);
  expect(verdict.better.map(({ test: name }) => name)).toEqual(['test_client::race']);
  expect(verdict.unjudged.map(({ test: name }) => name)).toEqual(['test_view::d']);
  expect(verdict.passed).toBe(2);
});

test('with a selection of tests, or of modules, none is missing', () => {
  const names = (seen: Seen, isSelection: boolean): string[] =>
    judgeSetting(seen, isSelection).worse.map(({ test: name }) => name);
  expect(names(seenWith(), true)).toEqual(['test_client::b']);
  const row = { ...seenWith().row, modules: ['test_client'] };
  expect(names(seenWith({ row }), false)).toEqual(['test_client::b']);
});

test('what is meant so is told apart, with its reason', () => {
  const { row } = seenWith();
  const setting = { ...row.setting, meant: { 'test_client::b': 'it shall' } };
  const verdict = judgeSetting(seenWith({ row: { ...row, setting } }), true);
  expect(verdict.worse).toEqual([]);
  expect(verdict.explained).toMatchObject([{ test: 'test_client::b', now: 'failed', why: 'it shall' }]);
});

test('the table has both sides test file by test file, and a sum', () => {
  expect(tableOf(seenWith())).toEqual([
    "                                      Python's                ours",
    '                              passed   seconds    passed   seconds',
    '  test_client                    2/3       4.5       2/3      32.0',
    '  test_view                      1/2       1.0       0/1       0.0',
    '  together                       3/5       5.5       2/4      32.0',
  ]);
});

test('the wall time is compared where both ran', () => {
  expect(wallTimeOf(seenWith())).toMatch(/31 with ours, 30 with Python's .*MISSED$/);
  expect(wallTimeOf(seenWith({ seconds: { ours: 30, python: 30 } }))).toMatch(/ok$/);
  expect(wallTimeOf(seenWith({ seconds: { ours: 30, python: undefined } }))).toBeUndefined();
});

test('the report shows what pytest said of failures, and the first failure of what passed at the second try', () => {
  const second: Results = new Map([
    ...ours,
    ['test_view::c', { outcome: 'passed', seconds: 1, firstFailure: 'x\nE  slow' }],
  ]);
  const seen = seenWith({ ours: second });
  const text = reportOf(seen, judgeSetting(seen, false)).join('\n');
  expect(text).toContain('E  it hung');
  expect(text).toContain('not with ours: 1\n    test_client::b (passed → failed)');
  expect(text).toContain('passed at the second try: 1\n    test_view::c: E  slow');
});
