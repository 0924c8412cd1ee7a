// The whole story on one release: engines as pods, by ssh, MPI and PBS in one view, from outside and from a pod; scaling;
// and an end that leaves nothing.
import { join } from 'node:path';
import { connect } from '@muster/client';
import type { Machines, Slurm } from '@muster/lab';
import { createSlurm } from '@muster/lab';
import { until } from '@muster/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { expectFigures, figure, timed } from './suite/figure.ts';
import { whatIsLeft } from './suite/left.ts';
import { enginesOn, keySecret, machinesBeside, siteOf } from './suite/machines.ts';
import { startConnect } from './suite/muster.ts';
import { conditionOf } from './suite/profiles.ts';
import { runInPod, runOutside } from './suite/python.ts';
import type { Release } from './suite/release.ts';
import { install, reportWhenFailed } from './suite/release.ts';

let machines: Machines;
let slurm: Slurm;
let release: Release;
let python: readonly string[];

beforeAll(async () => {
  const beside = await machinesBeside(2, 'site');
  ({ machines, python } = beside);
  slurm = await createSlurm(machines.list);
  const took = await timed(async () => {
    // Heartbeats each second: engines that are killed at the end are then missed within ten seconds, not thirty.
    release = await install('story', { address: beside.address, env: { MUSTER_PING: '1000' } });
  });
  figure('helm install', took);
  await release.kubectl.apply(await keySecret(machines));
});
afterAll(async () => {
  await release?.[Symbol.asyncDispose]();
  await machines?.close();
});
beforeEach(() => reportWhenFailed(() => release));

const uuids = async (): Promise<string[]> => {
  await using client = await release.connect();
  return client.engines.map(({ uuid }) => uuid).sort();
};

test('helm test finds all services ready', async () => {
  expect(await release.helm('test', 'muster')).toMatch(/Phase:\s+Succeeded/);
});

test('three engine pods are registered soon after kubectl apply', async () => {
  const took = await timed(async () => {
    await release.apply({ name: 'pods', engines: 3, launcher: { pods: {} } });
    await release.ready('pods');
  });
  figure('kubectl apply to 3 engine pods registered', took, 15);
  expect(await uuids()).toEqual([1, 2, 3].map(() => expect.stringMatching(/^pods-[a-z0-9]{5}-0$/)));
});

test('muster connect fetches the connection file, with and without forwarded ports', async () => {
  const file = join(release.folder, 'direct.json');
  const direct = await startConnect(release, file);
  expect(await direct.exited, direct.output).toMatchObject({ code: 0 });
  const forwarded = join(release.folder, 'forwarded.json');
  await using forwarding = await startConnect(release, forwarded, '--forward');
  await forwarding.says('until Ctrl-C', 20_000);
  for (const path of [file, forwarded]) {
    await using client = await connect({ file: path });
    await client.waitForEngines(3);
    const squares = client.loadBalancedView().map((x: number) => x * x, [1, 2, 3, 4]);
    expect(await squares).toEqual([1, 4, 9, 16]);
  }
  expect(await forwarding.stop({ signal: 'SIGINT' })).toMatchObject({ code: 0 });
});

/** Starts a task of so many seconds on each engine that is free. */
const work = (client: Awaited<ReturnType<Release['connect']>>, count: number, seconds: number) =>
  Array.from({ length: count }, () =>
    client.loadBalancedView().apply(async (ms: number) => {
      await new Promise((done) => setTimeout(done, ms));
      return 'done';
    }, seconds * 1000),
  );

test('kubectl scale: more engines come; idle ones go first; busy ones finish their task', async () => {
  const scale = (n: number): Promise<string> =>
    release.kubectl.run(['scale', 'clusterprofile/pods', `--replicas=${n}`]);
  await scale(5);
  await release.ready('pods');
  await using client = await release.connect();
  await client.waitForEngines(5);
  const two = work(client, 2, 8);
  const busy = (): Promise<string[]> =>
    client
      .queueStatus()
      .then((status) =>
        client.engines.filter(({ id }) => (status.engines[id]?.tasks ?? 0) > 0).map(({ uuid }) => uuid),
      );
  const working = await until(async () => ((await busy()).length === 2 ? busy() : undefined), {
    what: 'two engines work',
  });
  await scale(2);
  await release.ready('pods');
  // They were not waited for: the idle ones went while these worked.
  expect(two.map(({ ready }) => ready)).toEqual([false, false]);
  expect(await uuids()).toEqual(working.sort());
  await scale(1);
  await until(async () => conditionOf(await release.profile('pods'), 'Draining')?.status === 'True', {
    what: 'an engine is drained',
  });
  expect(await Promise.all(two)).toEqual(['done', 'done']);
  await release.ready('pods');
  await scale(3);
  await release.ready('pods');
});

test('profiles of ssh machines, an MPI program and a PBS queue get their engines', async () => {
  const engine = { kernel: 'python', command: python };
  const site = siteOf(machines, slurm.head);
  const hosts = machines.list.map(({ address }) => ({ host: address, user: 'root' }));
  const asRoot = ['--allow-run-as-root', '--oversubscribe'];
  const ssh = { hosts, keySecret: site.keySecret, knownHosts: site.knownHosts };
  await release.apply({ name: 'machines', engines: 2, engine, launcher: { ssh } });
  await release.apply({ name: 'ranks', engines: 2, engine, launcher: { mpi: { args: asRoot, site } } });
  await release.apply({ name: 'batch', engines: 2, engine, launcher: { pbs: { queue: slurm.queue, site } } });
  const took = await timed(async () => {
    for (const name of ['machines', 'ranks', 'batch']) await release.ready(name);
  });
  figure('kubectl apply to 6 engines by ssh, MPI and PBS registered', took);
  const running = await Promise.all(machines.list.map(enginesOn));
  expect(running.map((list) => list.filter((uuid) => uuid.startsWith('machines-')).length)).toEqual([1, 1]);
});

test('a TypeScript client outside computes on all engines, of both kernels', async () => {
  await using client = await release.connect();
  await client.waitForEngines(9);
  const shown = await client.view('all').execute('6 * 7');
  expect(shown.map(({ text }) => text)).toEqual(Array.from({ length: 9 }, () => '42'));
  const squares = client.loadBalancedView().map(
    (x: number) => x * x,
    Array.from({ length: 60 }, (_, i) => i),
  );
  expect((await squares).at(-1)).toBe(59 * 59);
  expect(new Set(squares.tasks.map(({ engineUuid }) => engineUuid)).size).toBe(3);
});

test('engines of another kernel take the place of those that there are', async () => {
  const before = await uuids();
  const patch = { spec: { engine: { kernel: 'python' } } };
  await release.kubectl.run(['patch', 'clusterprofile/pods', '--type=merge', `--patch=${JSON.stringify(patch)}`]);
  await release.ready('pods');
  const after = await uuids();
  expect(after).toHaveLength(9);
  expect(after.filter((uuid) => before.includes(uuid))).toHaveLength(6);
});

const all = { engines: 9, used: true, right: true, direct: Array.from({ length: 9 }, () => '42') };

test('all engines are in one load-balanced view of a stock client outside', async () => {
  expect(await runOutside(release, 'all_engines.py', '9')).toEqual(all);
});

test('and of a stock client in a pod', async () => {
  expect(await runInPod(release, 'all_engines.py', '9')).toEqual(all);
});

test('profiles deleted, their engines are gone everywhere', async () => {
  await release.kubectl.run(['delete', 'clusterprofiles', '--all', '--timeout=90s']);
  // Engines that were killed are missed by their heartbeats.
  await until(async () => (await uuids()).length === 0, {
    what: 'no engine is registered',
    timeoutMs: 60_000,
    everyMs: 500,
  });
  for (const machine of machines.list) {
    const left = (): Promise<string[]> => enginesOn(machine);
    await until(async () => (await left()).length === 0, { what: `no engine is on ${machine.name}` });
    expect((await machine.run('ls -A ~/.muster/launches')).stdout.trim()).toBe('');
  }
  await until(async () => (await slurm.head.must('squeue --noheader')).trim() === '', { what: 'the queue is empty' });
});

test('helm uninstall leaves nothing', async () => {
  await release.helm('uninstall', 'muster', '--wait', '--timeout', '60s');
  await release.kubectl.run(['delete', 'secret/muster-ssh']);
  await until(async () => (await whatIsLeft(release.kubectl)).length === 0, {
    what: 'nothing is left',
    timeoutMs: 40_000,
    everyMs: 500,
  }).catch(() => {});
  expect(await whatIsLeft(release.kubectl)).toEqual([]);
});

test('it was quick', expectFigures);
