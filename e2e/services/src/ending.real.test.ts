// What a client can make of services apart: a dask cluster, and an end.
import { networkInterfaces } from 'node:os';
import { leftBehind, processesOf, until } from '@muster/testkit';
import { afterEach, expect, test } from 'vitest';
import type { ClusterOptions, ServicesCluster } from './cluster.ts';
import { createCluster } from './cluster.ts';
import { python } from './parts.ts';
import { runPython } from './run-python.ts';

let cluster: ServicesCluster;
afterEach(() => cluster[Symbol.asyncDispose]());

async function start(options: ClusterOptions, engines: readonly string[]): Promise<void> {
  cluster = await createCluster(options);
  await cluster.start();
  for (const uuid of engines) await cluster.startPythonEngine(uuid);
  await using client = await cluster.connect();
  await client.waitForEngines(engines.length, { timeoutMs: 60_000 });
}

/** Addresses of this machine that others may use. */
const own = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);

test('become_dask: engines become workers of a scheduler that others can reach; it ends with a hub that is killed', async () => {
  await start({ env: { MUSTER_IP: '*', MUSTER_PYTHON: await python() } }, ['python-0', 'python-1']);
  const { hub } = cluster.services;
  const seen = await runPython<{ squares: number[]; workers: number; addresses: string[] }>(
    'dask_cluster.py',
    cluster,
    ['2'],
  );
  expect(seen.squares).toEqual(Array.from({ length: 20 }, (_, i) => i * i));
  expect(seen.workers).toBe(2);
  const [first, second] = seen.addresses.map((address) => new URL(address));
  expect(own().length > 0 ? own() : ['127.0.0.1']).toContain(first!.hostname);
  expect(second!.port).not.toBe(first!.port);
  expect(await processesOf(hub.program.tag)).toHaveLength(2);
  await hub.kill();
  await until(async () => (await processesOf(hub.program.tag)).length === 0, { what: 'the scheduler is gone, too' });
});

test('become_dask without distributed: the answer says what to do', async () => {
  await start({ env: { MUSTER_PYTHON: '/nowhere/python3' } }, ['python-0']);
  expect(await runPython('dask_cluster.py', cluster, ['1'])).toEqual({
    ename: 'ImportError',
    evalue: expect.stringMatching(/\/nowhere\/python3.*pip install distributed.*MUSTER_PYTHON/s),
  });
});

test('a client ends the cluster: all services with status 0, and what they have started', async () => {
  await start({ env: { MUSTER_PYTHON: await python() } }, []);
  await cluster.apply(2);
  await using client = await cluster.connect();
  await client.waitForEngines(2, { timeoutMs: 60_000 });
  expect(await runPython('ask_shutdown.py', cluster, [])).toBeNull();
  for (const { name, program } of Object.values(cluster.services)) {
    expect({ name, ...(await program.exited) }).toEqual({ name, code: 0, signal: null });
    expect(program.output).toMatch(/INFO stopping why="?a client has ended the cluster/);
    expect(program.output).not.toMatch(/ (WARN|ERROR) /);
    expect(await leftBehind(program.tag)).toEqual([]);
  }
});

test('where services are started again a client is refused, with what to do, and nothing ends', async () => {
  await start({ env: { MUSTER_CLIENT_SHUTDOWN: 'refuse' } }, ['python-0']);
  const refusal = { ename: 'PermissionError', evalue: expect.stringMatching(/helm uninstall.*--client-shutdown=end/) };
  expect(await runPython('ask_shutdown.py', cluster, [])).toEqual(refusal);
  const { hub } = cluster.services;
  await hub.program.says('shutdown refused');
  for (const service of Object.values(cluster.services)) expect(await service.ask('/readyz')).toMatch(/^200/);
});
