// ipcluster on clusters that run: restart, status, logs, and the config file of the profile.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Commands, createCommands, until } from './testing/commands.ts';

let commands: Commands;
beforeEach(() => {
  commands = createCommands();
});
afterEach(() => commands.dispose());

const timeoutMs = 120_000;
const ipcluster = (...words: string[]) => commands.run('ipcluster', ...words);

const status = async (...words: string[]) => JSON.parse((await ipcluster('status', '--json', ...words)).out);

test('restart of engines and of all, under an ipcluster start that goes on', { timeout: timeoutMs }, async () => {
  const cluster = commands.begin(['ipcluster', 'start', '--n=2', '--delay=0.1']);
  await cluster.saying('Cluster is ready: 2 engines');
  const before = await status();
  expect(before).toMatchObject({
    state: 'running',
    controller: { launcher: 'local', state: 'running', running: 1 },
    engines: { registered: 2, starting: 0, queued: 0, lost: 0 },
    heartbeat: { answeredInMs: expect.any(Number) },
  });
  expect(await ipcluster('restart', '--engines-only')).toMatchObject({
    status: 0,
    out: expect.stringContaining('Engines are ready: 2 engines'),
    err: '',
  });
  const between = await status();
  expect(between.controller.pids).toEqual(before.controller.pids);
  expect(between.engines.sets).not.toEqual(before.engines.sets);
  expect(await ipcluster('restart')).toMatchObject({
    status: 0,
    out: expect.stringContaining('Cluster is ready: 2 engines'),
    err: '',
  });
  const after = await status();
  expect(after.controller.pids).not.toEqual(before.controller.pids);
  expect(after).toMatchObject({ state: 'running', engines: { registered: 2, lost: 0 } });
  await cluster.saying('restarted by another command');
  expect(await ipcluster('stop')).toMatchObject({ status: 0 });
  expect(await cluster.ended).toMatchObject({ status: 0, out: expect.stringContaining('stopped by another command') });
  expect(commands.files('security')).toEqual([]);
});

test('status of what is lost, and of nothing; logs of each and as they come', { timeout: timeoutMs }, async () => {
  expect(await ipcluster('status')).toMatchObject({ status: 11, err: expect.stringContaining('no cluster default') });
  expect(await ipcluster('logs')).toMatchObject({ status: 11 });
  expect(await ipcluster('restart')).toMatchObject({ status: 11 });
  await ipcluster('start', '-n', '2', '--daemonize', '--cluster-id=x');
  const set = Object.values((await status('x')).engines.sets)[0] as { pids: number[] };
  process.kill(set.pids[1]!, 'SIGKILL');
  await until(async () => (await status('x')).engines.lost === 1);
  expect((await ipcluster('status', 'x')).out).toMatch(/^Engines: \d registered, \d starting, 0 queued, 1 lost$/m);

  const all = (await ipcluster('logs', 'x')).out;
  for (const name of ['controller', 'engine 0', 'engine 1']) expect(all).toMatch(new RegExp(`^${name} \\| .`, 'm'));
  expect((await ipcluster('logs', 'x', '--engine=0', '-n', '1')).out.trim().split('\n')).toHaveLength(1);
  expect((await ipcluster('logs', 'x', '--controller')).out).toContain('[hub]');
  expect(await ipcluster('logs', 'x', '--engine=2')).toMatchObject({
    status: 1,
    err: expect.stringContaining('0 to 1'),
  });
  const following = commands.begin(['ipcluster', 'logs', '-f', '-n', '0', '--controller', 'x']);
  await ipcluster('engines', '-n', '1', '--daemonize', '--cluster-id=x');
  await following.saying('engine registered');
  await ipcluster('stop', 'x');
  expect(await following.ended).toMatchObject({ status: 0, err: '' });
});

test('the config file of the profile holds, old names too; options win', { timeout: timeoutMs }, async () => {
  mkdirSync(commands.profileDir);
  const path = join(commands.profileDir, 'ipcluster_config.ts');
  writeFileSync(
    path,
    `c.IPClusterEngines.n = 2
c.IPClusterEngines.engine_set_launcher = 'IPython.parallel.apps.launcher.LocalEngineSetLauncher'
c.IPClusterStart.controller_launcher = 'LocalControllerLauncher'
c.IPClusterStop.all_cluster_ids = true
c.EngineLauncher.engine_args = ['--log-level=debug']
c.BaseLauncher.environment = { MUSTER_TRANSPORT: 'zmtp' }
`,
  );
  const start = await ipcluster('start', '--daemonize', '--cluster-id=y');
  expect(start).toMatchObject({ status: 0, out: expect.stringContaining('2 engines') });
  expect(start.err).toContain('say Cluster.engine_launcher_class');
  expect(start.err).toContain('say Cluster.controller_launcher_class');
  expect(await ipcluster('restart', '--cluster-id=y')).toMatchObject({ status: 0, err: '' });
  expect(await ipcluster('engines', '-n', '1', '--daemonize', '--cluster-id=y')).toMatchObject({ status: 0 });
  expect((await ipcluster('list')).out).toMatch(/y +True +3/);
  expect(await ipcluster('stop')).toMatchObject({ status: 0, out: expect.stringContaining('3 engines') });
  writeFileSync(path, 'c.IPClusterEngines.nn = 2');
  expect(await ipcluster('start', '--daemonize')).toMatchObject({
    status: 1,
    err: expect.stringMatching(/ipcluster_config\.ts:1: .*Did you mean/),
  });
});
