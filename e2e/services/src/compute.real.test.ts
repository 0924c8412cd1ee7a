// Services apart: stock Python and TypeScript clients on stock Python and Node engines.
import { leftBehind, until } from '@muster/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ServicesCluster } from './cluster.ts';
import { createCluster, startFourEngines } from './cluster.ts';
import { runPython } from './run-python.ts';

let cluster: ServicesCluster;
beforeAll(async () => {
  cluster = await createCluster();
  await cluster.start();
  await using client = await cluster.connect();
  await startFourEngines(cluster, client);
});
afterAll(() => cluster[Symbol.asyncDispose]());

test('a TypeScript client: balanced, direct, broadcast, output, and results from the records', async () => {
  await using client = await cluster.connect();
  await client.waitForEngines(4);
  expect(client.engines.map(({ uuid }) => uuid).sort()).toEqual([
    expect.stringMatching(/^nodes-\w+-0$/),
    expect.stringMatching(/^nodes-\w+-0$/),
    'python-0',
    'python-1',
  ]);
  const items = Array.from({ length: 100 }, (_, i) => i);
  const squares = client.loadBalancedView().map((x: number) => x * x, items);
  expect(await squares).toEqual(items.map((x) => x * x));
  const everywhere = await client.view('all').execute('6 * 7');
  expect(everywhere.map(({ text }) => text)).toEqual(['42', '42', '42', '42']);
  const node = client.engines.filter(({ kernel }) => kernel === 'node').map(({ id }) => id);
  const loud = client.view(node).execute('console.log("hello")');
  await loud;
  await loud.outputComplete();
  expect(loud.stdout).toBe('hello\nhello\n');
  expect(await client.broadcastView({ targets: node }).apply((a: number) => a + 1, 41)).toEqual([42, 42]);
  await expect(client.view(node[0]!).execute('throw new RangeError("too far")')).rejects.toThrow('too far');

  await using other = await cluster.connect();
  expect((await other.getResult(squares.msgIds)).flat()).toEqual(items.map((x) => x * x));
  expect(await other.dbQuery({ msg_id: { $in: squares.msgIds }, completed: { $ne: null } }, ['msg_id'])).toHaveLength(
    100,
  );
});

test('a stock Python client', async () => {
  const seen = await runPython('compute.py', cluster, ['4']);
  const squares = Array.from({ length: 40 }, (_, i) => i * i);
  expect(seen).toMatchObject({ squares, pids: 2, broadcast: ['42', '42', '42', '42'], again: squares, recorded: 40 });
  expect((seen as { languages: string[] }).languages.sort()).toEqual(['3', '3', '7', '7']);
});

test('figures', async () => {
  expect(await cluster.services.hub.figure('muster_engines{state="registered"}')).toBe(4);
  expect(await cluster.services.relay.figure('muster_engines')).toBe(4);
  expect(await cluster.services.heartmonitor.figure('muster_hearts{of="registered"}')).toBe(4);
  expect(await cluster.services['launcher-operator'].figure('muster_engines_registered')).toBe(2);
  expect(await cluster.services['task-scheduler'].figure('muster_tasks{state="running"}')).toBe(0);
  for (const service of Object.values(cluster.services)) {
    expect(await service.ask('/livez')).toBe('200 alive\n');
    expect(await service.figure('muster_bus_facts_total{what="published"}')).toBeGreaterThan(0);
    expect(await service.figure('muster_bus_facts_total{what="dropped"}')).toBe(0);
  }
});

test('a profile is scaled', async () => {
  await using client = await cluster.connect();
  await client.waitForEngines(4);
  await cluster.apply(3);
  await client.waitForEngines(5, { timeoutMs: 30_000 });
  await cluster.apply(0);
  await until(() => client.ids.length === 2, { what: 'the Node engines are gone', timeoutMs: 30_000 });
  expect(client.engines.map(({ kernel }) => kernel)).toEqual(['python', 'python']);
});

test('stopped, each is gone in good order, and nothing is left', async () => {
  for (const service of Object.values(cluster.services)) {
    expect(await service.stop()).toEqual({ code: 0, signal: null });
    expect(await leftBehind(service.program.tag)).toEqual([]);
  }
});
