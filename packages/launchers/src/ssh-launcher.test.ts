// The whole launcher, with real processes; in place of ssh a program that takes folders of this machine for home folders of hosts.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LaunchHandle, LaunchRole, LaunchSpec } from './port.ts';
import { createSshLauncher } from './ssh-launcher.ts';

let folder: string;
let profileDir: string;
let warnings: string[];

const shim = (root: string): string => `#!/bin/sh
while [ "$1" != -- ]; do shift; done
case $2 in down*) echo "ssh: connect to host $2 port 22: Connection refused" >&2; exit 255 ;; esac
[ "$3" = 'exec /bin/sh' ] || exit 3
mkdir -p "${root}/$2"
HOME="${root}/$2" exec /bin/sh
`;
const engine = `#!/bin/sh
trap 'echo ended; exit 0' TERM
trap 'echo interrupted' INT
echo "$IPP_PROFILE_DIR|$IPP_CLUSTER_ID|$IPP_CONNECTION_INFO|$OWN|$*"
while :; do sleep 0.05; done
`;
const controller = `#!/bin/sh
mkdir -p "$IPP_PROFILE_DIR/security"
umask 077
[ "$1" != --broken ] || { echo 'it is broken'; exit 3; }
for part in engine client; do
  printf '{\\n  "part": "%s"\\n}' $part >"$IPP_PROFILE_DIR/security/ipcontroller-c-$part.json.new"
  mv "$IPP_PROFILE_DIR/security/ipcontroller-c-$part.json.new" "$IPP_PROFILE_DIR/security/ipcontroller-c-$part.json"
done
exec ${'sleep'} 600
`;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-ssh-launcher-'));
  profileDir = join(folder, 'here/profile_x');
  for (const part of ['security', 'log']) mkdirSync(join(profileDir, part), { recursive: true });
  for (const [name, text] of Object.entries({
    ssh: shim(join(folder, 'hosts')),
    ipengine: engine,
    ipcontroller: controller,
  }))
    writeFileSync(join(folder, name), text, { mode: 0o755 });
  writeFileSync(join(profileDir, 'security/ipcontroller-c-engine.json'), '{"key": "secret"}\n');
  warnings = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const launcherFor = (role: LaunchRole, values: Record<string, unknown>) =>
  createSshLauncher({
    ...{ role, configFolder: profileDir, warn: (message) => void warnings.push(message) },
    values: {
      'SSHLauncher.ssh_cmd': [join(folder, 'ssh')],
      'SSHLauncher.remote_profile_dir': 'profile_there',
      ...values,
    },
  });
const specOf = (program: string, n: number, args: readonly string[] = []): LaunchSpec => ({
  ...{ command: [join(folder, program), ...args], n, identifier: program, numbered: true, profileDir, clusterId: 'c' },
  ...{ environment: { OWN: "it's", TAKEN: undefined }, workDir: '/', delayMs: 0 },
});
const there = (host: string, path: string): string => join(folder, 'hosts', host, path);
const kept = (handle: LaunchHandle): LaunchHandle => JSON.parse(JSON.stringify(handle));
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('not in time');
    await delay(20);
  }
}

test('engines on two hosts: files, logs, signals, one that dies, and the end of all by another program', async () => {
  const values = {
    'SSHEngineSetLauncher.engines': { a: 2, 'you@b': [1, ['--own']] },
    'SSHEngineSetLauncher.engine_args': ['--all'],
  };
  const launcher = launcherFor('engine', values);
  expect(launcher.slots).toBe(3);
  const set = kept(await launcher.submit(specOf('ipengine', 3, ['--x'])));
  const log = (host: string, i: number): string =>
    readFileSync(there(host, `profile_there/log/ipengine-${i}.log`), 'utf8');
  await until(() => log('a', 0) !== '' && log('a', 1) !== '' && log('b', 0) !== '');
  expect(log('a', 1)).toBe(`${there('a', 'profile_there')}|c|{"key": "secret"}\n|it's|--x --all\n`);
  expect(log('b', 0)).toContain('|--x --own\n');
  const file = there('a', 'profile_there/security/ipcontroller-c-engine.json');
  expect(readFileSync(file, 'utf8')).toBe('{"key": "secret"}\n');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  for (const { pid } of Object.values(set.processes))
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toContain('secret');

  await launcher.signal!(set, 'SIGINT');
  await until(() => log('a', 0).includes('interrupted') && log('b', 0).includes('interrupted'));
  expect((await launcher.logs!(set))['a/0']).toContain('interrupted');
  process.kill(set.processes['a/1']!.pid, 'SIGKILL');
  const other = launcherFor('engine', { 'SSHLauncher.ssh_cmd': ['no-such-program'] });
  await until(async () => (await launcherFor('engine', values).status(set)).ended.length === 1);
  expect(await other.status(set)).toMatchObject({
    running: ['a/0', 'you@b/0'],
    ended: [{ key: 'a/1', exit: 'SIGKILL' }],
  });
  await other.remove(set);
  expect(await other.status(set)).toMatchObject({ running: [] });
  expect(log('a', 0)).toContain('ended');
  expect(existsSync(file)).toBe(false);
  await other.remove(set);
}, 40_000);

test('a file that is there already, as on a shared file system, is no one else’s to remove', async () => {
  mkdirSync(there('a', 'profile_there/security'), { recursive: true });
  const file = there('a', 'profile_there/security/ipcontroller-c-engine.json');
  writeFileSync(file, '{"key": "secret"}\n');
  const launcher = launcherFor('engine', { 'SSHEngineSetLauncher.engines': { a: 1 } });
  await launcher.remove(await launcher.submit(specOf('ipengine', 1)));
  expect(existsSync(file)).toBe(true);
  const nothing = launcherFor('engine', { 'SSHEngineSetLauncher.engines': { b: 1 }, 'SSHLauncher.to_send': [] });
  const set = await nothing.submit(specOf('ipengine', 1));
  await until(() => readFileSync(there('b', 'profile_there/log/ipengine-0.log'), 'utf8').includes('|c||'));
  expect(existsSync(there('b', 'profile_there/security/ipcontroller-c-engine.json'))).toBe(false);
  await nothing.remove(set);
}, 40_000);

test('hosts that are down: all or nothing, or the rest with a report', async () => {
  const engines = { a: 1, down1: 1, b: 1, down2: 2 };
  const strict = launcherFor('engine', { 'SSHEngineSetLauncher.engines': engines });
  await expect(strict.submit(specOf('ipengine', 5))).rejects.toMatchObject({
    message: expect.stringMatching(/^down1 refuses connections .* 2 of 4 hosts fail; the others: down2\.$/),
  });
  for (const host of ['a', 'b']) expect(existsSync(there(host, '.muster/launches/x'))).toBe(false);
  const lenient = launcherFor('engine', {
    'SSHEngineSetLauncher.engines': engines,
    'SSHEngineSetLauncher.skip_unreachable': true,
  });
  const set = await lenient.submit(specOf('ipengine', 5));
  expect(Object.keys(set.processes)).toEqual(['a/0', 'b/0']);
  expect(warnings).toHaveLength(3);
  expect(warnings[2]).toBe('Going on without 2 of 4 hosts: 2 of 5 engines.');
  await lenient.remove(set);
}, 40_000);

test("a controller's files are fetched as they are written anew; one that ends shows its log", async () => {
  const values = { 'SSHControllerLauncher.hostname': 'a' };
  const launcher = launcherFor('controller', values);
  mkdirSync(there('a', 'profile_there/security'), { recursive: true });
  for (const part of ['engine', 'client'])
    writeFileSync(there('a', `profile_there/security/ipcontroller-c-${part}.json`), '{"old": 1}');
  const handle = kept(await launcher.submit(specOf('ipcontroller', 1)));
  expect(JSON.parse(readFileSync(join(profileDir, 'security/ipcontroller-c-client.json'), 'utf8'))).toEqual({
    part: 'client',
  });
  expect(JSON.parse(readFileSync(join(profileDir, 'security/ipcontroller-c-engine.json'), 'utf8'))).toEqual({
    part: 'engine',
  });
  expect(await launcher.status(handle)).toEqual({ running: ['0'], ended: [] });
  await launcher.remove(handle);
  const broken = launcherFor('controller', {
    ...values,
    'SSHControllerLauncher.controller_cmd': [join(folder, 'ipcontroller'), '--broken'],
  });
  await expect(broken.submit({ ...specOf('ipcontroller', 1), identifier: 'broken' })).rejects.toThrow(
    'The controller on a ended at once.\nit is broken',
  );
  expect(readFileSync(there('a', 'profile_there/log/broken.log'), 'utf8')).toContain('it is broken');
}, 40_000);

test('our program by its name, where its files are not; another that is not there is named', async () => {
  const launcher = launcherFor('engine', { 'SSHEngineSetLauncher.engines': { a: 1 } });
  const ours = { ...specOf('ipengine', 1), programName: 'no-such-ipengine', programWords: 2 };
  const [own] = ours.command;
  await expect(launcher.submit({ ...ours, command: [own, '/no/such/file.js'] })).rejects.toThrow(
    'On a there is no program no-such-ipengine on PATH',
  );
  const set = await launcher.submit({ ...ours, command: [own, '/etc/passwd', '--x'] });
  await launcher.remove(set);
  const python = launcherFor('engine', {
    'SSHEngineSetLauncher.engines': { a: 1 },
    'SSHLauncher.remote_python': '/no/python',
  });
  await expect(python.submit({ ...ours, command: [own, '/etc/passwd'] })).rejects.toThrow(
    'there is no program /no/python',
  );
}, 40_000);
