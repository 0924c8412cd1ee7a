// The life of a cluster of containers, from its images to its end.
import './environment.ts';

import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Client } from '@muster/client';
import { connect } from '@muster/client';
import { buildImages } from '@muster/kubernetes-e2e/images';
import type { WorkReport } from '@muster/services-e2e/steady-work';
import { boundMs, startSteadyWork } from '@muster/services-e2e/steady-work';
import { temporaryFolder, until } from '@muster/testkit';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import type { ContainerCluster } from './cluster.ts';
import { startCluster } from './cluster.ts';
import type { Stopped } from './container.ts';
import type { Docker } from './docker.ts';
import { openDocker } from './docker.ts';
import { loadImages } from './images.ts';
import { lastLine, startPython } from './python.ts';

const begin = performance.now();
const tell = (phase: string): void =>
  console.log(`  containers: ${phase} (${((performance.now() - begin) / 1000).toFixed(1)} s)`);

let docker: Docker;
let cluster: ContainerCluster | undefined;
let client: Client | undefined;
beforeAll(async () => {
  await using folder = await temporaryFolder('images');
  const archive = buildImages(folder.path);
  archive.catch(() => {});
  docker = await openDocker();
  tell(docker.own === undefined ? `the daemon at ${docker.socket}` : 'a daemon of our own');
  const built = await archive;
  tell('images built from this checkout');
  await loadImages(built);
  tell('images loaded');
});
afterAll(async () => {
  await client?.close();
  await cluster?.remove();
  await docker?.own?.stop();
});

const running = (): ContainerCluster => {
  onTestFailed(async () => {
    for (const [name, container] of cluster?.all ?? []) console.error(`${name}:\n${await container.log()}`);
  });
  if (cluster === undefined) throw new Error('the cluster did not start');
  return cluster;
};
const open = async (): Promise<Client> => connect({ connection: running().connections.client, timeoutMs: 30_000 });

async function computes(who: Client): Promise<void> {
  const items = Array.from({ length: 40 }, (_, i) => i);
  expect(await who.loadBalancedView().map((x: number) => x * x, items)).toEqual(items.map((x) => x * x));
  expect((await who.view('all').execute('6 * 7')).map(({ text }) => text)).toEqual(['42', '42']);
  expect((await who.broadcastView().execute('6 * 7')).map(({ text }) => text)).toEqual(['42', '42']);
}

async function pythonComputes(): Promise<void> {
  await using python = await startPython(running(), 'compute.py', '2');
  const squares = Array.from({ length: 40 }, (_, i) => i * i);
  expect(await lastLine(python)).toMatchObject({ squares, broadcast: ['42', '42'], again: squares, recorded: 40 });
}

test('servers, services and engines start, and all engines are seen from outside', async () => {
  cluster = await startCluster(docker);
  tell('servers, services and engines');
  client = await open();
  await client.waitForEngines(2, { timeoutMs: 90_000 });
  expect(client.engines.map(({ kernel }) => kernel).sort()).toEqual(['node', 'python']);
  tell('all engines registered');
});

test('each is user 1000 and writes to /tmp only', async () => {
  for (const [name, container] of running().all) {
    const { output } = await container.sh(
      'exec 2>&1; id -u; touch /tmp/a && echo written; touch /a /usr/a /home/app/a',
    );
    expect([name, ...output.trim().split('\n')]).toEqual([
      name,
      '1000',
      'written',
      ...['/a', '/usr/a', '/home/app/a'].map((path) => `touch: ${path}: Read-only file system`),
    ]);
    const { output: rights } = await container.sh('grep -E "CapEff|CapBnd|NoNewPrivs" /proc/1/status');
    expect([name, rights.replaceAll(/\s+/g, ' ').trim()]).toEqual([
      name,
      'CapEff: 0000000000000000 CapBnd: 0000000000000000 NoNewPrivs: 1',
    ]);
  }
});

test('a TypeScript client and a stock Python client compute on all engines, by the published ports', async () => {
  await computes(client!);
  await pythonComputes();
  tell('both clients have computed');
});

test('the relay is killed and started again, and open and new clients work on', async () => {
  const { services, clientFile } = running();
  const stopFile = join(dirname(clientFile), 'stop');
  const node = client!.engines.filter(({ kernel }) => kernel === 'node').map(({ id }) => id);
  await using python = await startPython(running(), 'steady_work.py', stopFile);
  const steady = startSteadyWork(client!, node);
  const rounds = (): number => python.stdout.split('round ').length - 1;
  const goOn = (what: string): Promise<unknown> => {
    const [done, round] = [steady.report.done, rounds()];
    return until(() => steady.report.done >= done + 20 && rounds() >= round + 3, {
      what: () => `${what}: ${JSON.stringify(steady.report)}; Python:\n${python.output}`,
      timeoutMs: boundMs,
    });
  };
  await goOn('work before');
  await services.relay.kill();
  await services.relay.start();
  await services.relay.ready();
  await goOn('work after');
  await writeFile(stopFile, '');
  for (const report of [await steady.stop(), await lastLine<WorkReport>(python)])
    expect(report).toMatchObject({ hung: [], wrong: [] });
  await until(() => client!.ids.length === 2, { what: 'both engines', timeoutMs: 30_000 });
  await computes(client!);
  await using other = await open();
  await other.waitForEngines(2, { timeoutMs: 30_000 });
  await computes(other);
  await pythonComputes();
  tell('the relay was killed and started again');
});

let stopped: readonly (readonly [name: string, how: Stopped])[] = [];

test('docker stop ends each service in good order', async () => {
  await client?.close();
  client = undefined;
  const services = Object.entries(running().services);
  stopped = await Promise.all(services.map(async ([name, service]) => [name, await service.stop()] as const));
  expect(stopped.map(([name, { exitCode }]) => [name, exitCode])).toEqual(services.map(([name]) => [name, 0]));
});

/** Seconds that services stay with closed ports, when nobody says otherwise; and what their end may take beside. */
const linger = 3;
const besides = 2;

test('within the time that they linger, and two seconds', () => {
  expect(stopped.length).toBe(4);
  for (const [name, { milliseconds }] of stopped) {
    console.log(
      `figure: docker stop of ${name}: ${(milliseconds / 1000).toFixed(1)} s (at most ${linger + besides} s)`,
    );
    expect([name, milliseconds]).toEqual([name, expect.toSatisfy((ms: number) => ms < (linger + besides) * 1000)]);
  }
});

test('nothing is left', async () => {
  const ended = running();
  await ended.remove();
  expect(await ended.left()).toEqual([]);
  cluster = undefined;
  if (docker.own === undefined) return;
  expect(await docker.own.left()).not.toEqual([]);
  await docker.own.stop();
  expect(await docker.own.left()).toEqual([]);
  tell('nothing is left');
});
