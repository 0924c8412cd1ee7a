import type { LaunchHandle, LaunchStatus } from '@muster/launchers';
import { expect, test } from 'vitest';
import { formatHealth, healthOf } from './health.ts';

const process = (pid: number) => ({ pid, outputFile: `/log/${pid}` });
const controller: LaunchHandle = { launcher: 'local', processes: { 0: process(7) } };
const local: LaunchHandle = { launcher: 'local', processes: { 0: process(8), 1: process(9) } };
const job: LaunchHandle = { launcher: 'pbs', processes: {}, n: 16, state: { job_id: '12[]' } };
const runs = (...running: string[]): LaunchStatus => ({ running, ended: [] });
const place = { clusterId: 'x', profileDir: '/p', options: {}, notes: { host: 'here', started: {} } };

const examine = (
  engineSets: Record<string, LaunchHandle>,
  statuses: Record<string, LaunchStatus>,
  registered: number | null,
) => healthOf({ controller, engineSets }, { ...place, engineSets, statuses }, registered, null);

test('queued, starting, registered and lost are told apart', () => {
  const waits = { ...runs('0'), waiting: [{ key: '0', reason: 'job 12[] waits in the queue' }] };
  const lost = { running: ['0'], ended: [{ key: '1', ...process(9), exit: 'SIGKILL' }] };
  const health = examine({ a: local, b: job }, { controller: runs('0'), a: lost, b: waits }, 0);
  expect(health).toMatchObject({
    state: 'running',
    engines: { queued: 16, starting: 1, registered: 0, lost: 1 },
  });
  expect(health.engines.sets.b).toMatchObject({ state: 'queued', jobId: '12[]', running: 0 });
  expect(formatHealth(health, 'lab:x')).toBe(`Cluster lab:x: running
Controller: local, running, pid 7
Engines: 0 registered, 1 starting, 16 queued, 1 lost
  set a: local, running, 1 of 2, pid 8 9
  set b: pbs, queued, 0 of 16, job 12[], job 12[] waits in the queue
`);
});

test('a job that runs counts for all of its engines; one that has ended too', () => {
  expect(examine({ b: job }, { controller: runs('0'), b: runs('0') }, 10).engines).toMatchObject({
    queued: 0,
    starting: 6,
    lost: 0,
  });
  const ended = { running: [], ended: [{ key: '0', ...process(1) }] };
  expect(examine({ b: job }, { controller: runs('0'), b: ended }, 0).engines).toMatchObject({ starting: 0, lost: 16 });
});

test('what cannot be asked is not taken for lost, and without a controller it does not run', () => {
  const health = examine({ a: local }, { controller: runs('0') }, 2);
  expect(health.engines).toMatchObject({ lost: 0, sets: { a: { state: 'unknown' } } });
  const gone = { running: [], ended: [{ key: '0', ...process(7) }] };
  expect(examine({}, { controller: gone }, null).state).toBe('stopped');
  expect(examine({ a: local }, { controller: gone, a: runs('0', '1') }, null).state).toBe('engines only');
});
