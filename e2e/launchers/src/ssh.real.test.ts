import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Machines } from '@muster/lab';
import { createMachines } from '@muster/lab';
import type { SshHandle, SshSpec } from '@muster/launchers';
import { createSites, createSshEngineLauncher } from '@muster/launchers';
import { runProgram, temporaryFolder, until } from '@muster/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Controller } from './controller.ts';
import { startController } from './controller.ts';
import { compute, expectStates, installed, launch, nodeEngine, pythonEngine } from './engines.ts';
import { nothingLeftOn } from './nothing-left.ts';

let machines: Machines;
let controller: Controller;
let spec: SshSpec;
const launcher = createSshEngineLauncher(createSites({ connectTimeoutMs: 3000 }));

beforeAll(async () => {
  machines = await createMachines(3, { shared: installed });
  controller = await startController(machines.hostAddress);
  spec = {
    hosts: machines.list.slice(0, 2).map(({ address }) => ({ host: address, user: 'root', slots: 2 })),
    keyFile: machines.keyFile,
    knownHosts: machines.knownHosts,
  };
});
afterAll(async () => {
  await controller?.[Symbol.asyncDispose]();
  await machines?.close();
});

test('engines of both kinds on two machines without a shared file system compute, and leave nothing', async () => {
  const programs = [nodeEngine, pythonEngine, nodeEngine, pythonEngine];
  const handles: SshHandle[] = [];
  for (const [i, program] of programs.entries()) {
    const order = { id: `both-${i}`, n: 1, spec, taken: handles.slice() };
    handles.push(await launch(launcher, order, program, controller));
  }
  expect(() => launcher.plan({ id: 'one-more', n: 1, spec }, handles)).toThrow(/All 4 slots of the 2 hosts are taken/);
  // Once more, as an operator does that was killed before it could note that it is done.
  await launcher.submit({ handle: handles[0]!, spec, engine: nodeEngine, connection: controller.connection });
  const ids = await controller.registered(handles.map(({ id }) => `${id}-0`));
  const answers = await Promise.all(ids.map((id, i) => compute(controller, id, programs[i]!)));
  expect(answers).toEqual(['machine1 42', 'machine2 42', 'machine1 42', 'machine2 42']);
  for (const handle of handles) await expectStates(launcher, handle, ['running']);
  const seen = await machines.list[0]!.must('cat /proc/[0-9]*/cmdline | tr "\\0" " "; find ~/.muster -perm /077');
  expect(seen).not.toContain(JSON.parse(controller.connection).key);
  expect(seen).not.toContain('.muster\n');
  await Promise.all(handles.map((handle) => launcher.remove(handle)));
  await controller.registered([]);
  for (const handle of handles) await expectStates(launcher, handle, ['absent']);
  for (const machine of machines.list.slice(0, 2)) await nothingLeftOn(machine);
  await launcher.remove(handles[0]!);
});

test('an engine that ends says so, with the end of its log', async () => {
  const broken = { ...nodeEngine, args: ['--no-such-option'] };
  const handle = await launch(launcher, { id: 'broken', n: 1, spec }, broken, controller);
  await expectStates(launcher, handle, ['ended']);
  const status = (await launcher.status([handle])).get('broken');
  expect(status?.engines[0]?.reason).toBe('status 2');
  expect(status?.logTail).toContain('--no-such-option');
  await launcher.remove(handle);
});

test('a machine that loses its power: its engine is unknown, the others go on', async () => {
  const doomed = { ...spec, hosts: [{ host: machines.list[2]!.address, user: 'root' }] };
  const lost = await launch(launcher, { id: 'lost', n: 1, spec: doomed }, nodeEngine, controller);
  const kept = await launch(launcher, { id: 'kept', n: 1, spec }, nodeEngine, controller);
  await controller.registered(['lost-0', 'kept-0']);
  await machines.list[2]!.powerOff();
  const [statuses] = await Promise.all([launcher.status([lost, kept]), controller.registered(['kept-0'])]);
  expect(statuses.get('lost')?.engines).toEqual([{ state: 'unknown', reason: '' }]);
  expect(statuses.get('lost')?.reason).toMatch(/cannot be reached|does not answer/);
  expect(statuses.get('kept')?.engines).toEqual([{ state: 'running', reason: '' }]);
  await expect(launcher.remove(lost)).rejects.toMatchObject({ retryable: true });
  await launcher.remove(kept);
});

test('hosts that do not let one in, each with what to do', async () => {
  await using folder = await temporaryFolder('keys');
  const other = join(folder.path, 'other');
  await runProgram(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', other]);
  const silent = createServer().listen(0, '127.0.0.1');
  await until(() => silent.listening, { what: 'a listener' });
  const silentPort = (silent.address() as { port: number }).port;
  const [machine] = machines.list;
  const [host, user] = [machine!.address, 'root'];
  const otherHostKey = `${host} ${readFileSync(`${other}.pub`, 'utf8')}`;
  const short = join(folder.path, 'short');
  writeFileSync(short, 'no key\n', { mode: 0o600 });
  const cases: [Partial<SshSpec>, string, RegExp][] = [
    [{ hosts: [{ host, user, port: 9 }] }, 'unreachable', /:9 refuses connections/],
    [{ hosts: [{ host: '127.0.0.1', user, port: silentPort }] }, 'timeout', /does not answer/],
    [{ hosts: [{ host: 'no-such-host.invalid', user }] }, 'unreachable', /not a host that is known/],
    [{ keyFile: other }, 'access_denied', /does not let this user in/],
    [{ keyFile: short }, 'access_denied', /key cannot be used|does not let this user in/],
    [{ knownHosts: otherHostKey }, 'access_denied', /another host key than the one that is known/],
    [{ knownHosts: 'elsewhere ssh-ed25519 AAAA' }, 'access_denied', /not among the known hosts/],
  ];
  await Promise.all(
    cases.map(async ([change, code, message], i) => {
      const refused = { ...spec, hosts: [{ host, user }], ...change };
      const order = { id: `refused-${i}`, n: 1, spec: refused };
      const error = await launch(launcher, order, nodeEngine, controller).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
      expect((error as { remedy: string }).remedy.length).toBeGreaterThan(20);
    }),
  );
  silent.close();
  for (const bad of ['-oProxyCommand=id', 'a b', '', 'x;id']) {
    const order = { id: 'bad', n: 1, spec: { ...spec, hosts: [{ host: bad }] } };
    expect(() => launcher.plan(order, [])).toThrow(/is not the name or address of a host/);
  }
  await nothingLeftOn(machine!);
});
