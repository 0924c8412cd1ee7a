// Cluster with real controllers and engines on this machine.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureProfile } from '@muster/config';
import { until } from '@muster/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Cluster, type ClusterOptions, type ClusterProgress } from './index.ts';
import { createHome, type Home } from './testing/home.ts';

let home: Home;
beforeEach(() => {
  home = createHome();
});
afterEach(() => home.dispose());

const make = (options: ClusterOptions = {}): Cluster =>
  new Cluster({ ipythonDir: home.ipythonDir, n: 1, onWarning: () => {}, ...options });

const nothingIsLeft = async (): Promise<void> => {
  // The guard goes a moment after it was told.
  await until(() => home.processes().length === 0, { what: 'no process is left' });
  expect(home.files()).toEqual([]);
};

const timeoutMs = 120_000;

test('start, compute, more engines, restart of engines, signals, stop', { timeout: timeoutMs }, async () => {
  const steps: ClusterProgress[] = [];
  await using cluster = make({ n: 2, onProgress: (step) => steps.push(step), env: { GREETING: 'hello' } });
  const client = await cluster.startAndConnect();
  expect(await client.view().apply(() => process.env.GREETING)).toEqual(['hello', 'hello']);
  expect(steps.map(({ phase }) => phase)).toEqual(expect.arrayContaining(['controller.starting', 'ready']));
  expect(steps.find(({ registered }) => registered !== undefined)).toMatchObject({ wanted: 2 });

  const setId = await cluster.startEngines(1);
  await client.waitForEngines(3);
  expect(Object.keys(cluster.engineSets)).toHaveLength(2);
  const pid = (): number | undefined => cluster.engineSets[setId]?.processes['0']?.pid;
  const before = pid();
  await cluster.restartEngines(setId);
  expect(pid()).not.toBe(before);
  expect(await cluster.status()).toMatchObject({ state: 'running', engines: { registered: 3, lost: 0, queued: 0 } });

  const sign = join(home.ipythonDir, 'runs');
  const endless = client.view(0).apply((path: string) => {
    process.getBuiltinModule('node:fs').writeFileSync(path, '');
    for (;;);
  }, sign);
  await until(() => existsSync(sign), { what: 'the task runs' });
  await cluster.signalEngines('SIGINT');
  await expect(endless).rejects.toThrow(/[Ii]nterrupt/);

  await cluster.stopEngines(setId);
  await expect(cluster.stopEngines(setId)).rejects.toMatchObject({ code: 'bad_option' });
  await cluster.stop();
  expect(cluster.controller).toBeUndefined();
  await nothingIsLeft();
});

test('found by its file, listed, restarted and stopped by another', { timeout: timeoutMs }, async () => {
  await using first = await make({ clusterId: 'x', n: 2 }).start();
  const pid = first.controller?.processes['0']?.pid;
  const [found, ...more] = await Cluster.list({ ipythonDir: home.ipythonDir });
  expect(more).toEqual([]);
  expect(found?.clusterId).toBe('x');
  const second = await Cluster.fromFile(first.clusterFile);
  expect(second.controller).toEqual(first.controller);
  await second.restart();
  expect(second.controller?.processes['0']?.pid).not.toBe(pid);
  const client = await second.connect();
  expect(await client.waitForEngines(2)).toHaveLength(2);
  await client.close();
  // Who started it stops what the other made of it.
  await first.stop();
  await nothingIsLeft();
  await expect(Cluster.fromProfile('default', { ipythonDir: home.ipythonDir, clusterId: 'x' })).rejects.toMatchObject({
    code: 'no_cluster',
  });
  expect(await Cluster.list({ ipythonDir: home.ipythonDir })).toEqual([]);
});

test('the controller alone, then engines; a second start is refused and harms nothing', {
  timeout: timeoutMs,
}, async () => {
  await using cluster = make({ clusterId: '' });
  await cluster.startController();
  await expect(cluster.startController()).rejects.toMatchObject({ code: 'cluster_running' });
  await cluster.start();
  await expect(cluster.start()).rejects.toMatchObject({ code: 'cluster_running' });
  await using other = make({ clusterId: '' });
  await expect(other.start()).rejects.toMatchObject({ code: 'cluster_running' });
  await other.stop();
  expect(await cluster.status()).toMatchObject({ state: 'running', engines: { registered: 1 } });
  await cluster.stop();
  await nothingIsLeft();
});

test('an abort in the middle, and a stop, end a start and leave nothing', { timeout: timeoutMs }, async () => {
  const cluster = make();
  const aborting = new AbortController();
  const started = cluster.start({ signal: aborting.signal });
  await until(() => cluster.controller !== undefined, { what: 'the controller is started' });
  aborting.abort(new Error('enough'));
  await expect(started).rejects.toThrow('abort');
  await nothingIsLeft();

  const again = cluster.start();
  const refused = expect(again).rejects.toThrow('abort');
  await until(() => cluster.controller !== undefined, { what: 'the controller is started again' });
  await cluster.stop();
  await refused;
  await nothingIsLeft();
});

test.each(['SIGKILL', 'SIGINT'] as const)(
  'a program that ends by %s leaves no cluster',
  { timeout: timeoutMs },
  async (signal) => {
    const program = fileURLToPath(new URL('./testing/starts-cluster.ts', import.meta.url));
    const child = spawn(process.execPath, [program, home.ipythonDir], { stdio: ['ignore', 'pipe', 'inherit'] });
    const closed = once(child, 'close');
    await once(child.stdout, 'data');
    expect(home.processes().length).toBeGreaterThan(1);
    child.kill(signal);
    await closed;
    await until(() => home.processes().length === 0 && home.files().length === 0, {
      what: 'the cluster is stopped',
      timeoutMs: 60_000,
    });
  },
);

test('engines that fail, or never register, are shown with their log, and nothing is left', {
  timeout: timeoutMs,
}, async () => {
  const bad = make({ engineCmd: [process.execPath, '-e', "console.error('no such module: left'); process.exit(3)"] });
  await expect(bad.start()).rejects.toMatchObject({
    code: 'start_failed',
    message: expect.stringMatching(/status 3(.|\n)*\| no such module: left/),
  });
  const silent = make({
    engineCmd: [process.execPath, '-e', "console.log('I wait'); setInterval(() => {}, 1000)"],
    engineTimeoutMs: 2000,
  });
  await expect(silent.start()).rejects.toMatchObject({
    code: 'timeout',
    message: expect.stringMatching(/1 of 1 engine did not register within 2.0 s(.|\n)*\| I wait/),
  });
  await nothingIsLeft();
});

test('a controller that does not come up is shown with its log', { timeout: timeoutMs }, async () => {
  const cluster = make({
    controllerCmd: [process.execPath, '-e', "console.log('thinking'); setInterval(() => {}, 1000)"],
    settings: { 'ControllerLauncher.connection_info_timeout': 2 },
  });
  await expect(cluster.start()).rejects.toMatchObject({
    code: 'start_failed',
    message: expect.stringMatching(/did not come up within 2.0 s(.|\n)*\| thinking/),
  });
  await nothingIsLeft();
});

test('options win over the config file of the profile; what cannot be is refused by name', async () => {
  ensureProfile(home.profileDir);
  writeFileSync(join(home.profileDir, 'ipcluster_config.json'), '{"Cluster": {"engine_launcher_class": "quantum"}}');
  await expect(make().start()).rejects.toMatchObject({ message: expect.stringContaining("'quantum'") });
  await expect(make({ engines: 'unheard' }).start()).rejects.toMatchObject({
    message: expect.stringContaining("'unheard'"),
  });
  await expect(make({ loadProfile: false, n: 0 }).start()).rejects.toMatchObject({ code: 'bad_option' });
  await expect(make({ settings: { 'Cluster.enginez': 1 } }).start()).rejects.toMatchObject({ code: 'unknown_option' });
  expect(() => make({ engine: 'local' } as ClusterOptions)).toThrow("no option 'engine'");
  await expect(Cluster.fromFile('/no/such/file')).rejects.toMatchObject({ code: 'no_cluster' });
  await nothingIsLeft();
});
