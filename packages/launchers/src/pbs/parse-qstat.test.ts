import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseReport } from '../folder/parse-report.ts';
import { jobNumber, parseQstat } from './parse-qstat.ts';
import { pbsStatus } from './status.ts';

const read = (name: string) => parseQstat(readFileSync(join(import.meta.dirname, `fixtures/${name}.txt`), 'utf8'));

test("Slurm's qstat", () => {
  expect([...read('slurm')]).toEqual([
    ['1', { state: 'running', reason: '' }],
    ['4', { state: 'queued', reason: 'waits in the queue' }],
    ['5', { state: 'ended', reason: 'is completed' }],
  ]);
});

test("OpenPBS's qstat: long lines, arrays, exit statuses", () => {
  const comment = 'Not Running: Not enough of the right type of nodes are available';
  expect([...read('openpbs')]).toEqual([
    ['1234', { state: 'queued', reason: `waits in the queue: ${comment}` }],
    ['1240[]', { state: 'running', reason: '' }],
    ['1241', { state: 'ended', reason: 'is finished with status 271', exit: 271 }],
  ]);
});

test("Torque's qstat; states and ids that nobody knows are passed over", () => {
  expect([...read('torque')]).toEqual([
    ['8', { state: 'ended', reason: 'is completed with status 1', exit: 1 }],
    ['9', { state: 'queued', reason: 'is held' }],
    ['10', { state: 'running', reason: 'is ending' }],
  ]);
});

test('nonsense gives nothing, and never throws', () => {
  fc.assert(fc.property(fc.string(), (text) => void parseQstat(`Job Id: ${text}`)));
  expect(parseQstat('<html>not a batch system</html>').size).toBe(0);
  expect(['8', '8.server', '8[].server', '8[3]', 'x', '8;id', ''].map(jobNumber)).toEqual([
    ...['8', '8', '8[]', '8[3]', undefined, undefined, undefined],
  ]);
});

const handle = (id: string, n = 2) => ({ launcher: 'pbs', id, n });
const statusOf = (text: string, id = 'a') => pbsStatus([handle(id)], parseReport(`${text}\n@muster done\n`)).get(id)!;
const known = '@muster launch a running\n@muster job a 7.head\n';

test('a job that is no longer listed has ended, unless qstat could not ask', () => {
  expect(statusOf(`${known}@muster qstat-says `).engines[0]).toEqual({
    ...{ state: 'ended', reason: 'job 7.head has left the queue' },
  });
  expect(statusOf(`${known}@muster qstat-says qstat: Unknown Job Id 7.head`).engines[0]?.state).toBe('ended');
  const down = statusOf(`${known}@muster qstat-says qstat: cannot connect to server head (errno=111)`);
  expect(down).toMatchObject({
    ...{ engines: [{ state: 'unknown' }, { state: 'unknown' }], reason: expect.stringContaining('cannot connect') },
  });
});

test('where the log is shared, an engine that ended is told apart from its job', () => {
  const text = `${known}@muster rank a @rank 0 started\n@muster rank a @rank 0 ended 1\n@muster log a boom
@muster qstat Job Id: 7.head\n@muster qstat     job_state = R\n@muster qstat-says `;
  expect(statusOf(text)).toEqual({
    engines: [
      { state: 'ended', reason: 'status 1' },
      { state: 'running', reason: '' },
    ],
    ...{ reason: '', logTail: 'boom' },
  });
});

test('a launch without a job: on its way, interrupted, never made', () => {
  expect(statusOf('@muster launch a starting').engines[0]?.state).toBe('starting');
  expect(statusOf('@muster launch a interrupted').engines[0]?.reason).toBe('its start was interrupted');
  expect(statusOf('@muster launch a absent').engines[0]?.state).toBe('absent');
  expect(statusOf('').engines[0]?.state).toBe('unknown');
});
