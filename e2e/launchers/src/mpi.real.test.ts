import type { Machines } from '@muster/lab';
import { createMachines } from '@muster/lab';
import type { MpiSpec } from '@muster/launchers';
import { createMpiEngineLauncher, createSites } from '@muster/launchers';
import { temporaryFolder } from '@muster/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Controller } from './controller.ts';
import { startController } from './controller.ts';
import { compute, expectStates, installed, launch, nodeEngine, pythonEngine, uuidsOf } from './engines.ts';
import { nothingLeftOn } from './nothing-left.ts';

let machines: Machines;
let controller: Controller;
let spec: MpiSpec;
const asRoot = ['--allow-run-as-root', '--oversubscribe'];

beforeAll(async () => {
  machines = await createMachines(2, { shared: installed });
  controller = await startController(machines.hostAddress);
  const [head] = machines.list;
  spec = {
    args: [...asRoot, '--host', machines.list.map(({ name }) => `${name}:2`).join(), '--map-by', 'node'],
    site: { host: head!.address, user: 'root', keyFile: machines.keyFile, knownHosts: machines.knownHosts },
  };
});
afterAll(async () => {
  await controller?.[Symbol.asyncDispose]();
  await machines?.close();
});

test.each([
  ['Node', 'mpi-node', nodeEngine],
  ['Python', 'mpi-python', pythonEngine],
] as const)('ranks of one mpiexec over two machines: %s engines', async (_, id, engine) => {
  const launcher = createMpiEngineLauncher(createSites());
  const handle = await launch(launcher, { id, n: 3, spec }, engine, controller);
  await launcher.submit({ handle, spec, engine, connection: controller.connection });
  const ids = await controller.registered(uuidsOf(handle));
  await expectStates(launcher, handle, ['running', 'running', 'running']);
  const answers = await Promise.all(ids.map((engineId) => compute(controller, engineId, engine)));
  expect(answers).toEqual(['machine1 42', 'machine2 42', 'machine1 42']);
  // One that ends does not end the others.
  await machines.list[1]!.must(`kill -KILL $(pgrep -f -- '[-]-Session.session=${id}-1$' | tail -n 1)`);
  await expectStates(launcher, handle, ['running', 'ended', 'running']);
  expect((await launcher.status([handle])).get(id)?.engines[1]?.reason).toBe('SIGKILL');
  await controller.registered(uuidsOf(handle).filter((uuid) => !uuid.endsWith('-1')));
  await launcher.remove(handle);
  await controller.registered([]);
  await expectStates(launcher, handle, ['absent', 'absent', 'absent']);
  for (const machine of machines.list) await nothingLeftOn(machine);
});

test('mpiexec on this machine, with a home of its own; one that fails says why', async () => {
  await using home = await temporaryFolder('mpi');
  const launcher = createMpiEngineLauncher(
    createSites({ env: { ...process.env, HOME: home.path, TMPDIR: home.path } }),
  );
  const handle = await launch(launcher, { id: 'mpi-here', n: 2, spec: { args: asRoot } }, nodeEngine, controller);
  await controller.registered(['mpi-here-0', 'mpi-here-1']);
  await launcher.remove(handle);
  await controller.registered([]);
  const bad = await launch(
    launcher,
    { id: 'mpi-bad', n: 2, spec: { args: ['--no-such-flag'] } },
    nodeEngine,
    controller,
  );
  await expectStates(launcher, bad, ['ended', 'ended']);
  expect((await launcher.status([bad])).get('mpi-bad')?.logTail).toMatch(/no-such-flag/);
  await launcher.remove(bad);
  const none = { mpiexec: ['/no/mpiexec'] };
  await expect(launch(launcher, { id: 'mpi-none', n: 2, spec: none }, nodeEngine, controller)).rejects.toThrow(
    'On this machine there is no program /no/mpiexec.',
  );
});
