import type { Machines, Slurm } from '@muster/lab';
import { createMachines, createSlurm } from '@muster/lab';
import type { PbsSpec } from '@muster/launchers';
import { createPbsEngineLauncher, createSites } from '@muster/launchers';
import { until } from '@muster/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Controller } from './controller.ts';
import { startController } from './controller.ts';
import { compute, expectStates, installed, launch, nodeEngine, pythonEngine, uuidsOf } from './engines.ts';
import { nothingLeftOn } from './nothing-left.ts';

let machines: Machines;
let slurm: Slurm;
let controller: Controller;
let spec: PbsSpec;
const launcher = createPbsEngineLauncher(createSites());
const daemons = /^(slurmctld|slurmd|munged|\S*: slurmscriptd)( |$)/;

beforeAll(async () => {
  machines = await createMachines(2, { shared: installed });
  slurm = await createSlurm(machines.list, 2);
  controller = await startController(machines.hostAddress);
  const { address } = slurm.head;
  const site = { host: address, user: 'root', keyFile: machines.keyFile, knownHosts: machines.knownHosts };
  spec = { queue: slurm.queue, site };
});
afterAll(async () => {
  await controller?.[Symbol.asyncDispose]();
  await machines?.close();
});

test('jobs with several engines each register, compute, are told from waiting ones, and leave nothing', async () => {
  const template =
    '#!/bin/sh\n#PBS -l nodes={n//3}:ppn={n}\nfor i in 0 1 2; do\n  MUSTER_INDEX=$i {command} &\ndone\nwait\n';
  const first = await launch(launcher, { id: 'jobs-node', n: 2, spec: { ...spec, template } }, nodeEngine, controller);
  const second = await launch(launcher, { id: 'jobs-python', n: 2, spec }, pythonEngine, controller);
  await launcher.submit({ handle: second, spec, engine: pythonEngine, connection: controller.connection });
  const third = await launch(launcher, { id: 'jobs-waiting', n: 1, spec }, nodeEngine, controller);
  const ids = await controller.registered([...uuidsOf(first), ...uuidsOf(second)]);
  const programs = [nodeEngine, nodeEngine, pythonEngine, pythonEngine];
  const answers = await Promise.all(ids.map((id, i) => compute(controller, id, programs[i]!)));
  expect(answers).toEqual([answers[0], answers[0], answers[3], answers[3]]);
  expect(new Set(answers)).toEqual(new Set(['machine1 42', 'machine2 42']));
  const statuses = await launcher.status([first, second, third]);
  expect(statuses.get(first.id)?.engines.map(({ state }) => state)).toEqual(['running', 'running']);
  expect(statuses.get(third.id)?.engines[0]).toMatchObject({
    ...{ state: 'queued', reason: expect.stringMatching(/^job \d+ waits in the queue/) },
  });
  // There is room as soon as another job has gone.
  await launcher.remove(first);
  await controller.registered([...uuidsOf(second), ...uuidsOf(third)]);
  await Promise.all([second, third].map((handle) => launcher.remove(handle)));
  await controller.registered([]);
  await expectStates(launcher, third, ['absent']);
  for (const machine of machines.list) await nothingLeftOn(machine, daemons);
});

test('a launch whose number was not noted is found again by its name', async () => {
  const handle = await launch(launcher, { id: 'forgotten-x7k2p', n: 1, spec }, nodeEngine, controller);
  await controller.registered(['forgotten-x7k2p-0']);
  await slurm.head.must('rm ~/.muster/launches/forgotten-x7k2p/job-id');
  await expectStates(launcher, handle, ['running']);
  await launcher.submit({ handle, spec, engine: nodeEngine, connection: controller.connection });
  expect((await slurm.head.must('squeue -h')).trim().split('\n')).toHaveLength(1);
  await slurm.head.must('rm -f ~/.muster/launches/forgotten-x7k2p/job-id');
  await launcher.remove(handle);
  await until(async () => (await slurm.head.must('squeue -h')) === '', { what: 'no job' });
  await controller.registered([]);
});

test('a job that never gets what it asks for waits, says so, and can be removed', async () => {
  const template = '#!/bin/sh\n#PBS -l nodes=2:ppn=2\n{command}\n';
  const blocker = await launch(launcher, { id: 'blocker', n: 1, spec }, nodeEngine, controller);
  await controller.registered(['blocker-0']);
  const handle = await launch(launcher, { id: 'waiting', n: 1, spec: { ...spec, template } }, nodeEngine, controller);
  await expectStates(launcher, handle, ['queued']);
  await launcher.remove(handle);
  await expectStates(launcher, handle, ['absent']);
  expect((await slurm.head.must('squeue -h')).trim().split('\n')).toHaveLength(1);
  await launcher.remove(blocker);
  await controller.registered([]);
});

test('a job that ends is told as ended', async () => {
  const template = '#!/bin/sh\n#PBS -l nodes=1:ppn=1\n{command} --no-such-option\n';
  const handle = await launch(launcher, { id: 'brief', n: 1, spec: { ...spec, template } }, nodeEngine, controller);
  await expectStates(launcher, handle, ['ended']);
  const status = (await launcher.status([handle])).get('brief')!;
  expect(status.engines[0]?.reason).toMatch(/^job \d+ is completed/);
  await launcher.remove(handle);
});

test('what qsub refuses, and batch systems that do not answer', async () => {
  const refused = async (change: Partial<PbsSpec>) =>
    launch(launcher, { id: 'refused', n: 1, spec: { ...spec, ...change } }, nodeEngine, controller).then(
      () => undefined,
      (error: unknown) => error,
    );
  expect(await refused({ queue: 'no-such-queue' })).toMatchObject({
    ...{
      code: 'start_failed',
      message: expect.stringContaining('no-such-queue'),
      remedy: expect.stringContaining('qstat -Q'),
    },
  });
  expect(await refused({ queue: '-q x' })).toMatchObject({ code: 'bad_option' });
  expect(await refused({ args: ['--no-such-flag'] })).toMatchObject({
    message: expect.stringContaining('no-such-flag'),
  });
  expect(await refused({ template: '{programm}' })).toMatchObject({ remedy: expect.stringContaining('{command}') });
  const elsewhere = { ...spec.site!, host: machines.list[1]!.address };
  expect(await refused({ site: elsewhere })).toMatchObject({ message: expect.stringContaining('no program qsub') });
  for (const machine of machines.list) await nothingLeftOn(machine, daemons);

  const handle = await launch(launcher, { id: 'orphan', n: 1, spec }, nodeEngine, controller);
  await slurm.head.must('pkill -STOP slurmctld; pkill -KILL slurmctld');
  const status = (await launcher.status([handle])).get('orphan')!;
  expect(status.engines).toEqual([{ state: 'unknown', reason: '' }]);
  expect(status.reason).toMatch(/^qstat says: .*[Uu]nable to contact|^qstat says: /);
  await expect(launcher.remove(handle)).rejects.toThrow(/qstat says/);
});
