// The same, encrypted by CurveZMQ with one pair of keys for all services.
import { expect, test } from 'vitest';
import { createCluster, startFourEngines } from './cluster.ts';
import { runPython } from './run-python.ts';

test('both clients on both kinds of engines, also when a service was started again', async () => {
  await using cluster = await createCluster({ curve: 'shared' });
  await cluster.start();
  await using client = await cluster.connect();
  await startFourEngines(cluster, client);
  expect(await client.loadBalancedView().map((x: number) => x * x, [1, 2, 3])).toEqual([1, 4, 9]);
  expect(await runPython('compute.py', cluster, ['4'])).toMatchObject({ pids: 2, recorded: 40 });
  const { relay } = cluster.services;
  await relay.kill();
  await relay.start();
  await relay.ready();
  expect((await client.view('all').execute('6 * 7')).map(({ text }) => text)).toEqual(['42', '42', '42', '42']);
  expect(cluster.connections.client.curve_serverkey).toHaveLength(40);
});
