// ipcluster with real controllers and engines on this machine.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Commands, createCommands, until } from './testing/commands.ts';

let commands: Commands;
beforeEach(() => {
  commands = createCommands();
});
afterEach(() => commands.dispose());

const nothingIsLeft = (): void => {
  expect(commands.processes()).toEqual([]);
  expect(commands.files('security')).toEqual([]);
  expect(commands.files('pid')).toEqual([]);
  expect(commands.files('log').filter((name) => !name.endsWith('.log'))).toEqual([]);
};

const controllerPid = (): number =>
  JSON.parse(readFileSync(join(commands.profileDir, 'security/cluster-.json'), 'utf8')).controller.state.pid;

test('start, list, a second start, Ctrl-C', async () => {
  const cluster = commands.begin(['ipcluster', 'start', '-n', '2']);
  await cluster.saying('Cluster is ready: 2 engines');
  const list = await commands.run('ipcluster', 'list');
  expect(list.out).toMatch(/^default +'' +True +2 +local$/m);
  const [listed] = JSON.parse((await commands.run('ipcluster', 'list', '-o', 'json')).out);
  expect(listed).toMatchObject({ cluster: { cluster_id: '', n: 2 }, controller: { class: 'local' } });
  expect(await commands.run('ipcluster', 'start', '-n', '1')).toMatchObject({
    status: 10,
    err: expect.stringContaining('ipcluster stop'),
  });
  expect(await commands.run('ipcluster', 'clean')).toMatchObject({ status: 10 });
  cluster.child.kill('SIGINT');
  expect(await cluster.ended).toMatchObject({ status: 0, err: '' });
  nothingIsLeft();
}, 60_000);

test('--daemonize returns when the engines are registered; stop leaves nothing', async () => {
  const start = await commands.run('ipcluster', 'start', '-n', '2', '--daemonize', '--cluster-id=x');
  expect(start).toMatchObject({ status: 0, out: expect.stringContaining('ipcluster stop --cluster-id=x') });
  expect(commands.files('security')).toEqual([
    'cluster-x.json',
    'ipcontroller-x-client.json',
    'ipcontroller-x-engine.json',
  ]);
  expect(await commands.run('ipcluster', 'stop')).toMatchObject({ status: 11 });
  expect(await commands.run('ipcluster', 'stop', 'x')).toMatchObject({ status: 0, err: '' });
  nothingIsLeft();
  expect(await commands.run('ipcluster', 'stop', 'x')).toMatchObject({ status: 11 });
}, 60_000);

test('ipcluster killed: the cluster goes on, and stop finds all of it', async () => {
  const cluster = commands.begin(['ipcluster', 'start', '-n', '2']);
  await cluster.saying('Cluster is ready');
  cluster.child.kill('SIGKILL');
  await cluster.ended;
  expect((await commands.run('ipcluster', 'list')).out).toContain('True');
  expect(await commands.run('ipcluster', 'stop', '--all')).toMatchObject({ status: 0 });
  nothingIsLeft();
}, 60_000);

test('controller killed: ipcluster says so, stops the engines and ends with status 1', async () => {
  const cluster = commands.begin(['ipcluster', 'start', '-n', '1']);
  await cluster.saying('Cluster is ready');
  process.kill(controllerPid(), 'SIGKILL');
  expect(await cluster.ended).toMatchObject({ status: 1, err: expect.stringContaining('SIGKILL') });
  nothingIsLeft();
}, 60_000);

test('controller ended by its own signal: ipcluster ends well', async () => {
  const cluster = commands.begin(['ipcluster', 'start', '-n', '1']);
  await cluster.saying('Cluster is ready');
  process.kill(controllerPid(), 'SIGTERM');
  expect(await cluster.ended).toMatchObject({ status: 0, out: expect.stringContaining('controller has stopped') });
  nothingIsLeft();
}, 60_000);

test('everything killed: list shows nothing, and a new start is not misled by the files', async () => {
  await commands.run('ipcluster', 'start', '-n', '1', '--daemonize');
  for (const pid of commands.processes()) process.kill(pid, 'SIGKILL');
  await until(() => commands.processes().length === 0);
  expect((await commands.run('ipcluster', 'list')).out).not.toContain('default');
  const again = await commands.run('ipcluster', 'start', '-n', '1', '--daemonize');
  expect(again).toMatchObject({ status: 0, err: '' });
  expect(await commands.run('ipcluster', 'stop')).toMatchObject({ status: 0 });
  nothingIsLeft();
}, 60_000);

test('engines join a running controller, leave with it, and SIGTERM ends them alone', async () => {
  await commands.run('ipcluster', 'start', '-n', '1', '--daemonize');
  const more = commands.begin(['ipcluster', 'engines', '-n', '2']);
  await more.saying('2 engines ready');
  expect((await commands.run('ipcluster', 'list')).out).toMatch(/True +3/);
  more.child.kill('SIGTERM');
  expect(await more.ended).toMatchObject({ status: 0 });
  expect((await commands.run('ipcluster', 'list')).out).toMatch(/True +1/);
  expect(await commands.run('ipcluster', 'engines', '-n', '1', '--daemonize')).toMatchObject({ status: 0 });
  expect(await commands.run('ipcluster', 'stop')).toMatchObject({ out: expect.stringContaining('2 engines') });
  nothingIsLeft();
}, 60_000);

test('an engine that ends at once is shown with its log, and nothing is left', async () => {
  const engine = join(commands.folder, 'bad-engine.js');
  writeFileSync(engine, "console.error('no such module: left'); process.exit(3);");
  const start = await commands.run('ipcluster', 'start', '-n', '2', `--engine-cmd=${process.execPath} ${engine}`);
  expect(start.status).toBe(1);
  expect(start.err).toMatch(/ended with status 3/);
  expect(start.err).toContain('| no such module: left');
  nothingIsLeft();
}, 60_000);

test('a controller that refuses is shown with its reason', async () => {
  const start = await commands.run('ipcluster', 'start', '-n', '1', '--', '--scheme=quickest');
  expect(start.status).toBe(1);
  expect(start.err).toContain('The controller ended with status 1');
  expect(start.err).toContain('leastload');
  nothingIsLeft();
}, 60_000);

test('a stop in the middle of the start leaves nothing', async () => {
  const cluster = commands.begin(['ipcluster', 'start', '-n', '2']);
  await cluster.saying('Starting');
  await until(() => commands.files('security').includes('cluster-.json'));
  cluster.child.kill('SIGTERM');
  expect(await cluster.ended).toMatchObject({ status: 0, err: '' });
  nothingIsLeft();
}, 60_000);

test('of two starts at once one goes on, undisturbed by the other', async () => {
  const args = ['ipcluster', 'start', '-n', '1', '--daemonize'];
  const both = await Promise.all([commands.run(...args), commands.run(...args)]);
  expect(both.map(({ status }) => status).sort()).toEqual([0, 10]);
  expect((await commands.run('ipcluster', 'list')).out).toMatch(/True +1/);
  expect(await commands.run('ipcluster', 'stop')).toMatchObject({ status: 0 });
  nothingIsLeft();
}, 60_000);

test('a controller started by hand is not trampled', async () => {
  const controller = commands.begin(['ipcontroller']);
  await until(() => commands.files('security').includes('ipcontroller-engine.json'));
  const pid = String(controller.child.pid);
  expect(await commands.run('ipcluster', 'start', '-n', '1')).toMatchObject({
    status: 1,
    err: expect.stringContaining(pid),
  });
  expect(await commands.run('ipcontroller')).toMatchObject({ status: 1, err: expect.stringContaining(pid) });
  expect(await commands.run('ipcluster', 'stop')).toMatchObject({
    status: 11,
    err: expect.stringContaining(`kill ${pid}`),
  });
  expect(await commands.run('ipcluster', 'clean')).toMatchObject({ status: 10 });
  controller.child.kill('SIGTERM');
  expect(await controller.ended).toMatchObject({ status: 0 });
  nothingIsLeft();
}, 60_000);

test('--reuse: files stay, and engines of the next start find the controller by them', async () => {
  const args = ['ipcluster', 'start', '-n', '1', '--daemonize', '--', '--reuse'];
  expect(await commands.run(...args)).toMatchObject({ status: 0 });
  const before = readFileSync(join(commands.profileDir, 'security/ipcontroller-engine.json'), 'utf8');
  expect(await commands.run('ipcluster', 'stop')).toMatchObject({ status: 0 });
  expect(commands.files('security')).toEqual(['ipcontroller-client.json', 'ipcontroller-engine.json']);
  expect(await commands.run(...args)).toMatchObject({ status: 0 });
  expect(readFileSync(join(commands.profileDir, 'security/ipcontroller-engine.json'), 'utf8')).toBe(before);
  expect(await commands.run('ipcluster', 'stop')).toMatchObject({ status: 0 });
  expect(await commands.run('ipcluster', 'clean')).toMatchObject({ status: 0 });
  nothingIsLeft();
}, 60_000);
