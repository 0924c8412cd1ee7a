import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { connect } from '@muster/client';
import { defaultsOf } from '@muster/config';
import type { Machines } from '@muster/lab';
import { createMachines } from '@muster/lab';
import { findLauncher, type LaunchHandle, sshSettings } from '@muster/launchers';
import { runProgram, type TemporaryFolder, temporaryFolder, until } from '@muster/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { controllerSpec, engineSpec, untilStatus } from './cluster-launcher.ts';
import { startController } from './controller.ts';
import { installed, pythonEngine } from './engines.ts';
import { nothingLeftOn } from './nothing-left.ts';

let folder: TemporaryFolder;
let machines: Machines;
let profileDir: string;
let sshArgs: string[];
let profiles = 0;
const warnings: string[] = [];
/** What machines see of our folder. */
const mine = /^muster-ipcluster-ssh-/;
const usual = defaultsOf(sshSettings);
const quickBeats = ['--ping=250', '--HeartMonitor.max_heartmonitor_misses=8'];

const launcher = (role: 'controller' | 'engine', values: Record<string, unknown>) =>
  findLauncher({
    ...{ role, name: 'SSH', configFolder: profileDir, warn: (message) => void warnings.push(message) },
    values: { ...usual, 'SSHLauncher.ssh_args': sshArgs, 'SSHLauncher.scp_args': sshArgs, ...values },
  });
const hosts = (): string[] => machines.list.map(({ address }) => `root@${address}`);
/** As a cluster file keeps it. */
const kept = (handle: LaunchHandle): LaunchHandle => JSON.parse(JSON.stringify(handle));

beforeAll(async () => {
  folder = await temporaryFolder('ipcluster-ssh');
  machines = await createMachines(3, { shared: installed });
  writeFileSync(join(folder.path, 'known-hosts'), machines.knownHosts);
  const options = [`UserKnownHostsFile=${join(folder.path, 'known-hosts')}`, 'IdentitiesOnly=yes', 'ConnectTimeout=3'];
  sshArgs = ['-F', 'none', '-i', machines.keyFile, ...options.flatMap((option) => ['-o', option])];
});
beforeEach(() => {
  profileDir = join(folder.path, `profile_${++profiles}`);
  for (const part of ['log', 'security', 'pid', 'startup']) mkdirSync(join(profileDir, part), { recursive: true });
  warnings.length = 0;
});
afterAll(async () => {
  await machines?.close();
  await folder?.remove();
});

test('controller on one machine, engines on two others, nothing shared: all is found again by text, and nothing left', async () => {
  const [first, second, third] = machines.list;
  const controllers = await launcher('controller', {
    ...{ 'SSHControllerLauncher.hostname': first!.address, 'SSHLauncher.user': 'root' },
    'SSHControllerLauncher.controller_args': ['--ip=*', `--location=${first!.address}`, ...quickBeats],
    'SSHLauncher.remote_profile_dir': '.ipython/profile_lab',
  });
  const main = kept(await controllers.submit(controllerSpec({ profileDir })));
  await using cleanUp = new AsyncDisposableStack();
  cleanUp.defer(() => controllers.remove(main));
  expect(main.state).toMatchObject({
    hostname: first!.address,
    user: 'root',
    remote_profile_dir: '.ipython/profile_lab',
  });
  const file = join(profileDir, 'security/ipcontroller-client.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  await using client = await connect({ profileDir });

  const engines = await launcher('engine', {
    'SSHEngineSetLauncher.engines': { [hosts()[1]!]: 2, [hosts()[2]!]: [1, ['--profile-dir=/home/machine/own']] },
    'SSHEngineSetLauncher.engine_args': ['--log-level=debug'],
    'SSHLauncher.remote_profile_dir': '.ipython/profile_lab',
  });
  expect(engines.slots).toBe(3);
  const set = kept(await engines.submit(engineSpec({ profileDir, n: 3 })));
  expect(Object.keys(set.processes)).toEqual([`${hosts()[1]}/0`, `${hosts()[1]}/1`, `${hosts()[2]}/0`]);
  await until(() => client.engines.length === 3, {
    what: () => `3 engines; there are ${client.engines.length}`,
    timeoutMs: 40_000,
  });
  const results = await client
    .view('all')
    .execute(`console.log((await import('node:os')).hostname(), process.env.IPP_PROFILE_DIR)`);
  expect(results.map(({ stdout }) => stdout.trim()).toSorted()).toEqual([
    ...['machine2 /home/machine/.ipython/profile_lab', 'machine2 /home/machine/.ipython/profile_lab'],
    'machine3 /home/machine/own',
  ]);
  const key = JSON.parse(readFileSync(file, 'utf8')).key;
  for (const machine of [second!, third!]) {
    const seen = await machine.must(
      'cat /proc/[0-9]*/cmdline | tr "\\0" " "; find ~/own ~/.ipython ~/.muster -type f -perm /077 2>/dev/null || :',
    );
    expect(seen).not.toContain(key);
    expect(seen).not.toContain('security/');
  }
  expect(await second!.must('find ~/.ipython/profile_lab/log -name "*-1.log"')).toMatch(/ipengine-\d+-1\.log/);
  expect((await engines.logs!(set))[`${hosts()[1]}/0`]).toMatch(/registered|engine/i);

  // Another program finds all by the text alone, also one that is killed meanwhile.
  const pid = set.processes[`${hosts()[1]}/1`]!.pid;
  await second!.must(`kill -KILL ${pid}`);
  const others = await launcher('engine', { 'SSHLauncher.ssh_args': [] });
  const status = await untilStatus(others, set, ({ ended }) => ended.length === 1, 'one has ended');
  expect(status).toMatchObject({ running: [`${hosts()[1]}/0`, `${hosts()[2]}/0`], ended: [{ exit: 'SIGKILL' }] });
  await others.remove(set);
  await until(() => client.engines.length === 0, { what: 'no engines' });
  expect((await others.status(set)).running).toEqual([]);
  await others.remove(set);
  expect(await second!.must('ls -A ~/.ipython/profile_lab/security')).toBe('');
  await controllers.remove(main);
  for (const machine of machines.list) await nothingLeftOn(machine, mine);
});

test('files of the user are copied, and with them no others; Python engines by remote_python', async () => {
  await using controller = await startController(machines.hostAddress, profileDir);
  const [python] = pythonEngine.command!;
  writeFileSync(join(profileDir, 'data.txt'), 'data\n');
  const file = 'security/ipcontroller-engine.json';
  const engines = await launcher('engine', {
    'SSHEngineSetLauncher.engines': { [hosts()[0]!]: 1 },
    'SSHLauncher.remote_python': python,
    'SSHLauncher.remote_profile_dir': '/home/machine/profile_py',
    'SSHLauncher.to_send': [
      ['data.txt', 'data copy.txt'],
      [file, `/home/machine/${'ipcontroller-engine.json'}`],
    ],
    'SSHEngineSetLauncher.engine_args': ['--file=/home/machine/ipcontroller-engine.json'],
  });
  const set = await engines.submit(engineSpec({ profileDir, n: 1, environment: { PYTHONDONTWRITEBYTECODE: '1' } }));
  await until(() => controller.client.engines.length === 1, { what: 'a Python engine', timeoutMs: 40_000 });
  const result = await controller.client
    .view(controller.client.engines[0]!.id)
    .execute('import socket; print(socket.gethostname())');
  expect(result.stdout.trim()).toBe('machine1');
  const [first] = machines.list;
  expect(await first!.must('cat ~/"data copy.txt"; ls -A ~/profile_py/security')).toBe('data\n');
  await engines.signal!(set, 'SIGTERM');
  await controller.registered([]);
  await engines.remove(set);
  const missing = await launcher('engine', {
    'SSHEngineSetLauncher.engines': { [hosts()[0]!]: 1 },
    'SSHLauncher.to_send': [['no-such-file', 'x']],
  });
  await expect(missing.submit(engineSpec({ profileDir }))).rejects.toThrow(/cannot be copied .*no-such-file/s);
  await nothingLeftOn(first!, mine);
});

test('hosts that refuse, ask for a password or hang: a clear error of all, or the rest is used', async () => {
  await using controller = await startController(machines.hostAddress, profileDir);
  const silent = createServer().listen(0, '127.0.0.1');
  await until(() => silent.listening, { what: 'a listener' });
  const hung = `root@127.0.0.1:${(silent.address() as { port: number }).port}`;
  const refuses = `${hosts()[0]}:9`;
  const all = { [hosts()[0]!]: 1, [refuses]: 1, [hung]: 1, [hosts()[1]!]: 1 };
  const strict = await launcher('engine', { 'SSHEngineSetLauncher.engines': all });
  await expect(strict.submit(engineSpec({ profileDir, n: 4 }))).rejects.toMatchObject({
    message: expect.stringMatching(/:9 refuses connections.* 2 of 4 hosts fail; the others: root@127\.0\.0\.1/s),
    remedy: expect.stringContaining('skip_unreachable'),
  });
  for (const machine of machines.list) await nothingLeftOn(machine, mine);

  const lenient = await launcher('engine', {
    ...{ 'SSHEngineSetLauncher.engines': all, 'SSHEngineSetLauncher.skip_unreachable': true },
  });
  const set = await lenient.submit(engineSpec({ profileDir, n: 4 }));
  expect(set.n).toBe(2);
  expect(warnings).toEqual([
    expect.stringContaining('refuses connections'),
    expect.stringContaining('does not answer'),
    'Going on without 2 of 4 hosts: 2 of 4 engines.',
  ]);
  await until(() => controller.client.engines.length === 2, { what: 'two engines', timeoutMs: 40_000 });
  await lenient.remove(set);
  silent.close();

  const refused = async (values: Record<string, unknown>, n = 1): Promise<unknown> =>
    launcher('engine', { 'SSHEngineSetLauncher.engines': { [hosts()[0]!]: 1 }, ...values })
      .then((one) => one.submit(engineSpec({ profileDir, n })))
      .catch((error: unknown) => error);
  const other = join(folder.path, 'other');
  await runProgram(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', other]);
  const withKey = sshArgs.with(3, other);
  const cases = [
    [await refused({ 'SSHLauncher.ssh_args': withKey }), /root@\S+ does not let this user in/, /ssh-copy-id/],
    [
      await refused({ 'SSHLauncher.ssh_args': sshArgs.map((arg) => arg.replace(/known-hosts$/, 'none')) }),
      /not among the known hosts/,
      /connect once by hand/,
    ],
    [await refused({ 'SSHLauncher.ssh_cmd': ['no-such-ssh'] }), /ssh cannot be run here/, /openssh-client/],
    [
      await refused({ 'SSHEngineSetLauncher.engine_cmd': ['/no/such/engine'] }),
      /there is no program \/no\/such\/engine/,
      /engine_cmd/,
    ],
    [await refused({}, 5), /room for 1 engines, and 5 were asked for/, /at most 1/],
    [await refused({ 'SSHEngineSetLauncher.engines': null }), /names no hosts/, /host1: 2/],
  ] as const;
  for (const [error, message, remedy] of cases)
    expect(error).toMatchObject({ message: expect.stringMatching(message), remedy: expect.stringMatching(remedy) });
  for (const machine of machines.list) await nothingLeftOn(machine, mine);
});

test('a controller that does not come up shows its log; a stale file is not taken for its own', async () => {
  const [first] = machines.list;
  const values = {
    'SSHControllerLauncher.location': `root@${first!.address}:22`,
    'SSHLauncher.remote_profile_dir': '.ipython/profile_bad',
  };
  await first!.must(
    'mkdir -p ~/.ipython/profile_bad/security; echo {} >~/.ipython/profile_bad/security/ipcontroller-client.json; echo {} >~/.ipython/profile_bad/security/ipcontroller-engine.json',
  );
  const controllers = await launcher('controller', values);
  const error: Error = await controllers.submit(controllerSpec({ profileDir, args: ['--no-such-option'] })).then(
    () => expect.unreachable(),
    (reason: Error) => reason,
  );
  expect(error.message).toMatch(/^The controller on root@\S+:22 ended at once\.\n[\s\S]*--no-such-option/);
  expect(existsSync(join(profileDir, 'security/ipcontroller-client.json'))).toBe(false);
  const nowhere = await launcher('controller', {});
  await expect(nowhere.submit(controllerSpec({ profileDir }))).rejects.toThrow(
    'SSHControllerLauncher.hostname names no host',
  );
  await nothingLeftOn(first!, mine);
});
