// What people get wrong, and what goes wrong by itself: refused profiles, images and machines that are not there, an
// operator that is replaced in the middle of a launch.
import { createMachines } from '@muster/lab';
import { until } from '@muster/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { enginesOn, keySecret, sitePython } from './suite/machines.ts';
import type { Condition, Profile } from './suite/profiles.ts';
import { conditionOf, profileObject } from './suite/profiles.ts';
import type { Release } from './suite/release.ts';
import { install, reportWhenFailed } from './suite/release.ts';

let release: Release;
beforeAll(async () => {
  release = await install('mistakes', { basePort: 30_401 });
});
afterAll(() => release?.[Symbol.asyncDispose]());
beforeEach(() => reportWhenFailed(() => release));

const host = { host: 'node-1' };
const pods = { pods: {} };
const refused: readonly (readonly [what: string, spec: object, message: string])[] = [
  ['no launcher', { launcher: {} }, 'spec.launcher must have exactly one of pods, local, ssh, mpi, pbs'],
  ['two launchers', { launcher: { ...pods, local: {} } }, 'spec.launcher must have exactly one of'],
  [
    'fewer than no engines',
    { engines: -1, launcher: pods },
    'spec.engines in body should be greater than or equal to 0',
  ],
  [
    'an unknown kernel',
    { engine: { kernel: 'ruby' }, launcher: pods },
    'Unsupported value: "ruby": supported values: "node", "python"',
  ],
  ['an unknown member', { engine: { colour: 'red' }, launcher: pods }, 'unknown field "spec.engine.colour"'],
  [
    'an image without pods',
    { engine: { image: 'a' }, launcher: { local: {} } },
    'spec.engine.image is for the launcher pods only',
  ],
  [
    'resources without pods',
    { engine: { resources: { limits: { cpu: '1' } } }, launcher: { local: {} } },
    'spec.engine.resources is for the launcher pods only',
  ],
  [
    'a quantity that is none',
    { engine: { resources: { limits: { cpu: 'many' } } }, launcher: pods },
    'spec.engine.resources.limits.cpu',
  ],
  [
    'a folder of a pod that is relative',
    { engine: { workDir: 'here' }, launcher: pods },
    'spec.engine.workDir of pods must begin with "/"',
  ],
  [
    'our own variable',
    { engine: { env: [{ name: 'IPP_CONNECTION_INFO', value: '' }] }, launcher: pods },
    'IPP_CONNECTION_INFO is how an engine is told its controller',
  ],
  [
    'more engines than slots',
    { engines: 3, launcher: { ssh: { hosts: [host] } } },
    'spec.engines is more than the slots of all spec.launcher.ssh.hosts',
  ],
  [
    'two keys',
    { launcher: { ssh: { hosts: [host], keySecret: 'a', keyFile: '/b' } } },
    'spec.launcher.ssh has a keySecret and a keyFile; keep one of them',
  ],
  ['no machine', { launcher: { ssh: { hosts: [] } } }, 'spec.launcher.ssh.hosts in body should have at least 1 items'],
  [
    'a port that is none',
    { launcher: { ssh: { hosts: [{ ...host, port: 70_000 }] } } },
    'should be less than or equal to 65535',
  ],
];

describe('refused by the API server', () => {
  test.each(refused)('%s', async (_, spec, message) => {
    const profile = { apiVersion: 'muster.dev/v1alpha1', kind: 'ClusterProfile', metadata: { name: 'bad' }, spec };
    const args = ['create', '--validate=strict', '--filename=-'];
    const run = await release.kubectl.attempt(args, JSON.stringify(profile));
    expect(run.code).toBe(1);
    expect(run.output).toContain(message);
  });
});

const condition = (name: string, type: string, accept: (condition: Condition) => boolean): Promise<Condition> => {
  let last: Condition | undefined;
  return until(
    async () => {
      last = conditionOf(await release.profile(name), type);
      return last !== undefined && accept(last) ? last : undefined;
    },
    { what: () => `${type} of ${name}: ${JSON.stringify(last)}`, timeoutMs: 40_000, everyMs: 200 },
  );
};

const remove = (name: string): Promise<string> =>
  release.kubectl.run(['delete', `clusterprofile/${name}`, '--timeout=60s']);

test('an image that does not exist: the condition says so, and what to do', async () => {
  const engine = { image: 'localhost/nothing:1' };
  await release.apply({ name: 'ghost', engines: 1, engine, launcher: { pods: { imagePullPolicy: 'Never' } } });
  const ready = await condition('ghost', 'Ready', ({ message }) => message.includes('localhost/nothing:1'));
  expect(ready).toMatchObject({ status: 'False' });
  expect(ready.message).toMatch(/ErrImageNeverPull/);
  await release.apply({ name: 'ghost', engines: 1, launcher: { pods: {} } });
  await release.ready('ghost');
  await remove('ghost');
});

test('a machine that refuses, and one that does not answer: the condition names it', async () => {
  await using machines = await createMachines(1, { name: 'silent' });
  await machines.network.plug(inject('cluster').roomPid, 'mistakes0', machines.network.nextAddress());
  await release.kubectl.apply(await keySecret(machines));
  const [machine] = machines.list;
  const ssh = (name: string, port: number, address: string): Profile => ({
    name,
    engines: 1,
    launcher: {
      ssh: { hosts: [{ host: address, user: 'root', port }], keySecret: 'muster-ssh', knownHosts: machines.knownHosts },
    },
  });
  await release.apply(ssh('shut', 2222, machine!.address));
  await release.apply(ssh('absent', 22, machines.network.nextAddress()));
  const shut = await condition('shut', 'Ready', ({ message }) => message.includes(machine!.address));
  expect(shut.message).toMatch(/refused/i);
  const absent = await condition('absent', 'Launched', ({ reason }) => reason === 'LaunchFailed');
  expect(absent.message).toMatch(/tried again/);
  await Promise.all([remove('shut'), remove('absent')]);
  await release.kubectl.run(['delete', 'secret/muster-ssh']);
});

interface Names {
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

test('an operator that is killed in the middle of a launch makes nothing twice', async () => {
  const { command, shared } = await sitePython();
  await using machines = await createMachines(1, { name: 'once', shared });
  await machines.network.plug(inject('cluster').roomPid, 'once0', machines.network.nextAddress());
  await release.kubectl.apply(await keySecret(machines));
  const [machine] = machines.list;
  const hosts = [{ host: machine!.address, user: 'root', slots: 4 }];
  const ssh = { hosts, keySecret: 'muster-ssh', knownHosts: machines.knownHosts };
  await using watch = await release.kubectl.start([
    'get',
    'pods',
    '--watch-only',
    '--output=name',
    '-l',
    'muster.dev/profile',
  ]);
  await release.apply({ name: 'four', engines: 4, launcher: { pods: {} } });
  await release.apply({ name: 'far', engines: 4, engine: { kernel: 'python', command }, launcher: { ssh } });
  await until(() => watch.output.includes('pod/four-'), { what: 'the first pod', everyMs: 5 });
  await release.kubectl.run([
    'delete',
    'pod',
    '--grace-period=0',
    '--force',
    '-l',
    'app.kubernetes.io/component=launcher-operator',
  ]);
  await Promise.all([release.ready('four'), release.ready('far')]);
  const made = new Set(watch.output.split('\n').filter((line) => line.startsWith('pod/')));
  expect([...made], watch.output).toHaveLength(4);
  expect((await release.kubectl.get<Names>('pods', '-l', 'muster.dev/profile=four')).items).toHaveLength(4);
  expect(await enginesOn(machine!)).toHaveLength(4);
  await Promise.all([remove('four'), remove('far')]);
});

test('the status of a profile that nobody serves is not made up', async () => {
  const { kubectl } = release;
  await kubectl.run(['scale', 'deployment/muster-launcher-operator', '--replicas=0']);
  await kubectl.run(
    ['create', '--filename=-'],
    JSON.stringify(profileObject({ name: 'alone', engines: 1, launcher: pods })),
  );
  expect((await release.profile('alone')).status).toBeUndefined();
  await kubectl.run(['scale', 'deployment/muster-launcher-operator', '--replicas=1']);
  await release.ready('alone');
  await remove('alone');
});
