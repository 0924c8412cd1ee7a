import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '@muster/client';
import { defaultsOf } from '@muster/config';
import type { Machines, Slurm } from '@muster/lab';
import { createMachines, createSlurm } from '@muster/lab';
import { type LaunchHandle, type LaunchSpec, pbsSettings, slurmSettings } from '@muster/launchers';
import { type TemporaryFolder, temporaryFolder, until } from '@muster/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { controllerSpec, engineSpec, launcherOn, untilStatus } from './cluster-launcher.ts';
import { startController } from './controller.ts';
import { installed } from './engines.ts';
import { nothingLeftOn } from './nothing-left.ts';

let folder: TemporaryFolder;
let machines: Machines;
let slurm: Slurm;
let profileDir: string;
let profiles = 0;
const daemons = /^(slurmctld|slurmd|munged|\S*: slurmscriptd)( |$)|^muster-ipcluster-pbs-/;

const usual = defaultsOf(pbsSettings);
const launcherFor = (role: 'controller' | 'engine', values: Record<string, unknown> = {}) =>
  launcherOn(slurm.head, { role, name: 'PBS', configFolder: profileDir, values: { ...usual, ...values } });

beforeAll(async () => {
  folder = await temporaryFolder('ipcluster-pbs');
  machines = await createMachines(2, { shared: [...installed, folder.path] });
  slurm = await createSlurm(machines.list, 4);
});
beforeEach(() => {
  profileDir = join(folder.path, `profile_${++profiles}`);
  for (const part of ['log', 'security', 'pid', 'startup']) mkdirSync(join(profileDir, part), { recursive: true });
});
afterAll(async () => {
  await machines?.close();
  await folder?.remove();
});

const connectionFile = (): string => join(profileDir, 'security/ipcontroller-engine.json');

async function untilController(handle: LaunchHandle): Promise<void> {
  await until(() => existsSync(connectionFile()), {
    what: () => `connection files of job ${handle.state?.job_id}; logs: ${readdirSync(join(profileDir, 'log'))}`,
    timeoutMs: 40_000,
  });
}

const atAll = (spec: LaunchSpec): LaunchSpec => ({
  ...spec,
  command: [...spec.command, '--ip=*', `--location=${machines.list[0]!.address}`],
});

test('controller and engines as jobs; those without room wait, and say so', async () => {
  const main = await launcherFor('controller', { 'PBSLauncher.queue': slurm.queue }).submit(
    atAll(controllerSpec({ profileDir })),
  );
  expect(main).toMatchObject({
    launcher: 'pbs',
    n: 1,
    processes: {},
    state: { job_id: expect.stringMatching(/^\d+/) },
  });
  await untilController(main);
  const engines = launcherFor('engine');
  const handle = await engines.submit(engineSpec({ profileDir, n: 5 }));
  await using client = await connect({ profileDir });
  await until(() => client.engines.length === 5, {
    what: () => `5 engines; there are ${client.engines.length}`,
    timeoutMs: 40_000,
  });
  const status = await engines.status(handle);
  expect(status).toEqual({ running: ['0'], ended: [] });
  const crowd = await engines.submit(engineSpec({ profileDir, n: 9 }));
  const late = await engines.submit(engineSpec({ profileDir, n: 1 }));
  const waits = await untilStatus(engines, late, ({ waiting }) => waiting !== undefined, 'it waits');
  expect(waits.waiting?.[0]?.reason).toMatch(/^job \d+ waits in the queue/);
  const view = client.view(client.engines.map(({ id }) => id).slice(0, 5));
  const results = await view.execute(`console.log((await import('node:os')).hostname(), 6 * 7)`);
  const hosts = new Set(results.map(({ stdout }) => stdout.trim()));
  expect([...hosts].every((line) => /^machine[12] 42$/.test(line))).toBe(true);
  await Promise.all([handle, crowd, late].map((one) => engines.remove(one)));
  await until(() => client.engines.length === 0, { what: 'no engines' });
  expect(await engines.status(handle)).toMatchObject({ running: [] });
  await engines.remove(handle);
  await launcherFor('controller').remove(main);
  await until(() => !existsSync(connectionFile()), { what: 'no connection file' });
  for (const machine of machines.list) await nothingLeftOn(machine, daemons);
});

/** As the document has it, with what this system wants: root may run Open MPI, and ipengine is on PATH. */
const document = (bin: string): string => `#PBS -N ipython
#PBS -j oe
#PBS -l walltime=00:10:00
#PBS -l nodes={n//2}:ppn=2
#PBS -q {queue}

cd $PBS_O_WORKDIR
export PATH=${bin}:$PATH
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
mpiexec -n {n} ipengine --profile-dir={profile_dir}
`;

test("the document's template: one job over two machines, by mpiexec", async () => {
  const bin = join(profileDir, 'bin');
  mkdirSync(bin);
  const [node, ipengine] = engineSpec({ profileDir }).command;
  writeFileSync(join(bin, 'ipengine'), `#!/bin/sh\nexec ${node} ${ipengine} "$@"\n`, { mode: 0o755 });
  writeFileSync(join(profileDir, 'pbs.engine.template'), document(bin));
  await using controller = await startController(machines.hostAddress, profileDir);
  const engines = launcherFor('engine', {
    'PBSLauncher.queue': slurm.queue,
    'PBSEngineSetLauncher.batch_template_file': 'pbs.engine.template',
  });
  const handle = await engines.submit(engineSpec({ profileDir, n: 4 }));
  const { client } = controller;
  await until(() => client.engines.length === 4, {
    what: () => `4 engines; logs: ${readdirSync(join(profileDir, 'log'))}`,
    timeoutMs: 60_000,
  });
  const results = await client.view('all').execute(`console.log((await import('node:os')).hostname())`);
  expect(new Set(results.map(({ stdout }) => stdout.trim()))).toEqual(new Set(['machine1', 'machine2']));
  await engines.remove(handle);
  await controller.registered([]);
  for (const machine of machines.list) await nothingLeftOn(machine, daemons);
});

test('Slurm by its own commands: n tasks of one job; a signal reaches them', async () => {
  await using controller = await startController(machines.hostAddress, profileDir);
  const values = { ...defaultsOf(slurmSettings), 'SlurmLauncher.queue': slurm.queue, 'SlurmLauncher.timelimit': '10' };
  const engines = launcherOn(slurm.head, { role: 'engine', name: 'Slurm', configFolder: profileDir, values });
  const handle = await engines.submit(engineSpec({ profileDir, n: 3 }));
  expect(handle).toMatchObject({ launcher: 'slurm', n: 3, state: { job_id: expect.stringMatching(/^\d+$/) } });
  const { client } = controller;
  await until(() => client.engines.length === 3, {
    what: () => `3 engines of ${client.engines.length}`,
    timeoutMs: 60_000,
  });
  expect(await engines.status(handle)).toEqual({ running: ['0'], ended: [] });
  expect((await engines.logs(handle))[0]).toMatch(/engine/i);
  await engines.signal(handle, 'SIGTERM');
  await controller.registered([]);
  await engines.remove(handle);
  expect((await engines.status(handle)).running).toEqual([]);
  for (const machine of machines.list) await nothingLeftOn(machine, daemons);
});

test('what ends at once says why; nothing is left of what was refused', async () => {
  const engines = launcherFor('engine');
  const broken = await engines.submit(engineSpec({ profileDir, n: 2, args: ['--no-such-option'] }));
  const { ended } = await untilStatus(engines, broken, ({ running }) => running.length === 0, 'it has ended');
  expect(ended[0]?.logTail).toContain('--no-such-option');
  await engines.remove(broken);

  const refused = async (values: Record<string, unknown>, spec = {}, machine = slurm.head): Promise<unknown> =>
    launcherOn(machine, { role: 'engine', name: 'pbs', configFolder: profileDir, values: { ...usual, ...values } })
      .submit({ ...engineSpec({ profileDir }), ...spec })
      .then(
        () => undefined,
        (error: unknown) => error,
      );
  const [, other] = machines.list;
  const cases = [
    [await refused({ 'PBSLauncher.queue': 'no-such-queue' }), /no-such-queue|[Ii]nvalid partition/, /qstat -Q lists/],
    [await refused({ 'PBSEngineSetLauncher.queue': '-q x' }), /cannot be the name of a queue/, /qstat -Q/],
    [
      await refused({ 'PBSLauncher.batch_template': '{programm}' }),
      /batch_template has {programm}/,
      /{program_and_args}/,
    ],
    [await refused({ 'PBSLauncher.batch_template_file': 'none' }), /cannot be read/, /batch_template_file: a relative/],
    [await refused({ 'PBSLauncher.submit_command': ['qsub', '--no-such-flag'] }), /no-such-flag/, /site to site/],
    [await refused({}, { n: 10_001 }), /10001 processes cannot be started/, /1 to 10000/],
    [await refused({}, {}, other), /There is no program qsub/, /apt-get install/],
  ] as const;
  for (const [error, message, remedy] of cases)
    expect(error).toMatchObject({ message: expect.stringMatching(message), remedy: expect.stringMatching(remedy) });
  expect(await slurm.head.must('squeue -h')).toBe('');
  expect(readdirSync(join(profileDir, 'log')).filter((name) => name.endsWith('.job'))).toEqual([]);

  const handle = await engines.submit(engineSpec({ profileDir, n: 1 }));
  await expect(engines.signal(handle, 'SIGINT')).rejects.toThrow('There is no program qsig');
  await slurm.head.must('pkill -STOP slurmctld; pkill -KILL slurmctld');
  const lost = await engines.status(handle);
  expect(lost).toMatchObject({ running: ['0'], unknown: [{ reason: expect.stringContaining('qstat') }] });
});
