import { expect, test } from 'vitest';
import { exitText, parseReport, statusOf } from './parse-report.ts';

const handle = (id: string, n: number) => ({ launcher: 'mpi', id, n });

test('what a login prints around it does not matter', () => {
  const said = parseReport('Welcome!\n@muster launch a running\nlast login: never\n@muster done\n');
  expect(said).toMatchObject({ done: true, failed: undefined });
  expect(statusOf(handle('a', 1), said.reports.get('a')!, false).engines).toEqual([{ state: 'running', reason: '' }]);
});

test('ranks: not there yet, running, ended', () => {
  const text = `@muster launch a running
@muster rank a @rank 0 started
@muster rank a @rank 2 started
@muster rank a @rank 2 ended 137
@muster rank a @rank nonsense
@muster rank b @rank 0 started
@muster log a first  line
@muster log a 
@muster log a second
@muster done`;
  const report = parseReport(text).reports.get('a')!;
  expect(statusOf(handle('a', 3), report, true)).toEqual({
    engines: [
      { state: 'running', reason: '' },
      { state: 'starting', reason: '' },
      { state: 'ended', reason: 'SIGKILL' },
    ],
    reason: '',
    logTail: 'first  line\nsecond',
  });
});

test.each([
  ['ended 3', 'ended', 'status 3'],
  ['ended 127', 'ended', 'status 127 (its program was not found)'],
  ['lost', 'ended', 'it is gone without a note: killed, or the machine was started anew'],
  ['interrupted', 'ended', 'its start was interrupted'],
  ['starting', 'starting', ''],
  ['absent', 'absent', ''],
  ['what?', 'ended', 'it is gone without a note: killed, or the machine was started anew'],
])('a launch that is said to be %j', (words, state, reason) => {
  const report = parseReport(`@muster launch a ${words}\n`).reports.get('a')!;
  expect(statusOf(handle('a', 2), report, false).engines).toEqual([
    { state, reason },
    { state, reason },
  ]);
});

test('a long log is cut, and statuses of the shell are told as people say them', () => {
  const lines = Array.from({ length: 300 }, (_, i) => `@muster log a line ${i}`).join('\n');
  const tail = parseReport(`@muster launch a lost\n${lines}`).reports.get('a')!.logTail;
  expect(tail).toHaveLength(2000);
  expect(tail.endsWith('line 299')).toBe(true);
  expect([0, 1, 126, 137, 143, 200].map(exitText)).toEqual([
    ...['status 0', 'status 1', 'status 126 (its program cannot be run)', 'SIGKILL', 'SIGTERM', 'status 200'],
  ]);
});
