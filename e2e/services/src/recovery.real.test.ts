// The task scheduler ends, one way or the other, and the next one takes over what it has left.
import { until } from '@muster/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ServicesCluster } from './cluster.ts';
import { createCluster, startFourEngines } from './cluster.ts';
import { startPython } from './run-python.ts';

let cluster: ServicesCluster;
beforeAll(async () => {
  cluster = await createCluster();
  await cluster.start();
  await using client = await cluster.connect();
  await startFourEngines(cluster, client);
});
afterAll(() => cluster[Symbol.asyncDispose]());

const taskCount = 7;
const squares = Array.from({ length: taskCount }, (_, i) => i * i);

/** Tasks that the scheduler has accepted and not answered, by where they are. */
const tasksThatAre = (state: 'running' | 'waiting' | 'held'): Promise<number> =>
  cluster.services['task-scheduler'].figure(`muster_tasks{state="${state}"}`);

test.each([
  { name: 'killed', times: 1 },
  { name: 'killed twice', times: 2 },
  { name: 'stopped', times: 1 },
])(
  '$name: a stock client that only waits gets all results, of tasks that ran and of tasks that waited',
  async (how) => {
    const scheduler = cluster.services['task-scheduler'];
    const program = await startPython('waiting.py', cluster, [String(taskCount), '1.5']);
    const said = (): string => `${program.output}\n${scheduler.program.output}`;
    await until(() => program.output.includes('submitted'), { what: said, timeoutMs: 60_000 });
    // The last one is held by the others; the first two run.
    await until(async () => (await tasksThatAre('held')) === 1, { what: 'all tasks are accepted' });
    expect(await tasksThatAre('running')).toBe(2);
    for (let time = 0; time < how.times; time++) {
      if (how.name === 'stopped') await scheduler.stop();
      else await scheduler.kill();
      await scheduler.start();
      await scheduler.ready();
    }
    await until(() => program.exit, { what: said, timeoutMs: 90_000 });
    const outcomes = JSON.parse(program.output.trim().split('\n').at(-1)!) as unknown[];
    expect(outcomes, said()).toEqual(squares);
  },
);

test('a TypeScript client: what waited and what ran while there was no scheduler', async () => {
  const scheduler = cluster.services['task-scheduler'];
  await using client = await cluster.connect();
  await client.waitForEngines(4);
  const view = client.loadBalancedView();
  const results = Array.from({ length: 12 }, (_, i) =>
    view.apply(async (x: number) => {
      await new Promise((resolve) => setTimeout(resolve, 500));
      return x;
    }, i),
  );
  await until(async () => (await tasksThatAre('running')) + (await tasksThatAre('waiting')) === 12, {
    what: 'twelve tasks',
  });
  await scheduler.kill();
  const late = view.apply((x: number) => x, 12);
  await scheduler.start();
  expect(await Promise.all([...results, late])).toEqual(Array.from({ length: 13 }, (_, i) => i));
  await scheduler.ready();
});
