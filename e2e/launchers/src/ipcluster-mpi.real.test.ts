import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '@muster/client';
import { defaultsOf } from '@muster/config';
import type { Machines } from '@muster/lab';
import { createMachines } from '@muster/lab';
import { findLauncher, type LaunchHandle, mpiSettings } from '@muster/launchers';
import { type TemporaryFolder, temporaryFolder, until } from '@muster/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { controllerSpec, engineSpec, launcherOn, untilStatus } from './cluster-launcher.ts';
import { type Controller, startController } from './controller.ts';
import { installed, pythonEngine } from './engines.ts';
import { nothingLeftOn } from './nothing-left.ts';

let folder: TemporaryFolder;
let profileDir: string;
let profiles = 0;
const usual = { ...defaultsOf(mpiSettings), 'MPILauncher.mpi_args': ['--oversubscribe'] };
const mine = /^muster-ipcluster-mpi-/;

const launcher = (role: 'controller' | 'engine', values: Record<string, unknown> = {}) =>
  findLauncher({ role, name: 'MPI', configFolder: profileDir, values: { ...usual, ...values } });

beforeAll(async () => {
  folder = await temporaryFolder('ipcluster-mpi');
});
beforeEach(() => {
  profileDir = join(folder.path, `profile_${++profiles}`);
  for (const part of ['log', 'security', 'pid', 'startup']) mkdirSync(join(profileDir, part), { recursive: true });
});
afterAll(() => folder?.remove());

const untilEngines = ({ client }: Pick<Controller, 'client'>, n: number): Promise<unknown> =>
  until(() => client.engines.length === n, {
    what: () => `${n} engines; there are ${client.engines.length}`,
    timeoutMs: 40_000,
  });

test('controller and engines by mpiexec, as root; Python engines have their ranks as ids; another program ends them', async () => {
  const controllers = await launcher('controller');
  const main = await controllers.submit(controllerSpec({ profileDir }));
  expect(main).toMatchObject({ launcher: 'mpi', n: 1, processes: { 0: { pid: expect.any(Number) } } });
  await until(async () => (await controllers.status(main)).ended[0] ?? (await connectable()), {
    what: 'a controller',
    timeoutMs: 40_000,
  });
  await using client = await connect({ profileDir });
  const engines = await launcher('engine', { 'MPIEngineSetLauncher.engine_cmd': [...pythonEngine.command!] });
  const environment = { PYTHONDONTWRITEBYTECODE: '1', IPP_TEST: 'passed on' };
  const set: LaunchHandle = JSON.parse(
    JSON.stringify(await engines.submit(engineSpec({ profileDir, n: 3, environment }))),
  );
  expect(set.n).toBe(3);
  await untilEngines({ client }, 3);
  const ranks = await client
    .view('all')
    .execute(`import os; print(os.environ['OMPI_COMM_WORLD_RANK'], os.environ['IPP_TEST'])`);
  expect(ranks.map(({ stdout }) => stdout.trim())).toEqual(['0 passed on', '1 passed on', '2 passed on']);
  expect(client.ids).toEqual([0, 1, 2]);
  await (await launcher('engine')).remove(set);
  await untilEngines({ client }, 0);
  expect((await engines.status(set)).running).toEqual([]);
  await controllers.remove(main);
});

const connectable = (): Promise<boolean> =>
  connect({ profileDir }).then(
    async (client) => {
      await client.close();
      return true;
    },
    () => false,
  );

test('an interrupt reaches the ranks and not mpiexec; what ends early says what to do', async () => {
  await using controller = await startController('127.0.0.1', profileDir);
  const engines = await launcher('engine');
  const set = await engines.submit(engineSpec({ profileDir, n: 2 }));
  await untilEngines(controller, 2);
  const work = controller.client.view('all').execute('for (;;) {}');
  let ended = false;
  work.catch(() => {
    ended = true;
  });
  await until(
    async () => {
      await engines.signal!(set, 'SIGINT');
      return ended;
    },
    { what: 'interrupted work', everyMs: 500, timeoutMs: 30_000 },
  );
  await expect(work).rejects.toThrow();
  expect(await engines.status(set)).toMatchObject({ running: ['0'], ended: [] });
  await engines.remove(set);

  const crowded = await launcher('engine', { 'MPILauncher.mpi_args': ['--host', 'localhost:1'] });
  const failed = await crowded.submit(engineSpec({ profileDir, n: 3 }));
  const early = await untilStatus(crowded, failed, ({ running }) => running.length === 0, 'it has ended');
  expect(early.ended[0]).toMatchObject({ exit: 1, remedy: expect.stringContaining('--oversubscribe') });
  const missing = await launcher('engine', { 'MPILauncher.mpi_cmd': ['no-such-mpiexec'] });
  await expect(missing.submit(engineSpec({ profileDir, n: 3 }))).rejects.toMatchObject({
    message: expect.stringContaining('There is no program no-such-mpiexec'),
    remedy: expect.stringContaining('apt-get install openmpi-bin'),
  });
  await expect(engines.submit(engineSpec({ profileDir, n: 20_000 }))).rejects.toThrow(
    '20000 processes cannot be started',
  );
});

test('over two machines with a shared file system, the profile and the cluster id reach the far ranks', async () => {
  await using machines: Machines & AsyncDisposable = await createMachines(2, { shared: [...installed, folder.path] });
  await using controller = await startController(machines.hostAddress, profileDir);
  const [head] = machines.list;
  const hosts = join(profileDir, 'hosts');
  writeFileSync(hosts, machines.list.map(({ name }) => `${name} slots=2\n`).join(''));
  const mpiArgs = ['--hostfile', hosts, '--map-by', 'node'];
  const engines = launcherOn(head!, {
    ...{ role: 'engine', name: 'MPIEngineSetLauncher', configFolder: profileDir },
    values: { ...usual, 'MPIEngineSetLauncher.mpi_args': mpiArgs },
  });
  const set = await engines.submit(engineSpec({ profileDir, n: 4 }));
  await untilEngines(controller, 4);
  const results = await controller.client.view('all').execute(`console.log((await import('node:os')).hostname())`);
  expect(results.map(({ stdout }) => stdout.trim()).toSorted()).toEqual([
    'machine1',
    'machine1',
    'machine2',
    'machine2',
  ]);
  await engines.remove(set);
  await controller.registered([]);
  for (const machine of machines.list) await nothingLeftOn(machine, mine);
});
