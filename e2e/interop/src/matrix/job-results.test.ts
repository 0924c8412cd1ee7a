import { expect, test } from 'vitest';
import { faultsOf, gather, isOf } from './job-results.ts';
import type { JobResult } from './run-job.ts';
import { settings } from './settings.ts';

const [plain, other] = settings;

const resultWith = (more: Partial<JobResult> = {}): JobResult => ({
  job: { setting: plain!, side: 'ours', modules: ['test_client'] },
  seconds: 2,
  outcomes: new Map([['test_client::a', 'passed']]),
  testSeconds: new Map([['test_client::a', 1.5]]),
  details: new Map(),
  starts: 1,
  exitCode: 0,
  timedOut: false,
  output: '',
  ...more,
});

test('jobs of one side are put together', () => {
  const second = resultWith({
    outcomes: new Map([['test_view::b', 'failed']]),
    details: new Map([['test_view::b', 'E']]),
  });
  const { results, details, seconds } = gather([resultWith(), second]);
  expect([...results]).toEqual([
    ['test_client::a', { outcome: 'passed', seconds: 1.5 }],
    ['test_view::b', { outcome: 'failed', seconds: 0 }],
  ]);
  expect([details.get('test_view::b'), seconds]).toEqual(['E', 4]);
  expect(isOf({ setting: plain!, side: 'ours' })(second)).toBe(true);
  expect(isOf({ setting: plain!, side: 'python' })(second)).toBe(false);
  expect(isOf({ setting: other!, side: 'ours' })(second)).toBe(false);
});

test('failed tests are no fault of the job', () => {
  expect(faultsOf(resultWith(), false)).toEqual([]);
  expect(faultsOf(resultWith({ exitCode: 1 }), false)).toEqual([]);
});

test('a job that checked nothing, or not all, is a fault', () => {
  const faultOf = (more: Partial<JobResult>, isSelection = false) => faultsOf(resultWith(more), isSelection);
  expect(faultOf({ starts: 0 })).toEqual(['plain, ours: test_client: no controller was started']);
  expect(faultOf({ outcomes: new Map() })).toEqual(['plain, ours: test_client: no test ran']);
  expect(faultOf({ timedOut: true, exitCode: null })).toEqual(['plain, ours: test_client: it did not end in time']);
  expect(faultOf({ exitCode: 3 })).toEqual(['plain, ours: test_client: pytest ended with status 3']);
  expect(faultOf({ broken: 'no server', exitCode: null })).toEqual(['plain, ours: test_client: no server']);
  expect(faultOf({ job: { ...resultWith().job, modules: ['test_util'] }, starts: 0 })).toEqual([]);
});

test('a selection may select nothing', () => {
  expect(faultsOf(resultWith({ exitCode: 5, starts: 0, outcomes: new Map() }), true)).toEqual([]);
  expect(faultsOf(resultWith({ exitCode: 2 }), true)).toHaveLength(1);
});
