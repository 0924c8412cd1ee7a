// What people get wrong, and what goes wrong by itself: refused profiles, images and machines that are not there, an
// operator that is replaced in the middle of a launch.
import type { Machines } from '@muster/lab';
import { until } from '@muster/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { enginesOn, keySecret, machinesBeside } from './suite/machines.ts';
import type { Condition, Profile } from './suite/profiles.ts';
import { conditionOf } from './suite/profiles.ts';
import type { Release } from './suite/release.ts';
import { install, reportWhenFailed } from './suite/release.ts';

let release: Release;
let machines: Machines;
let python: readonly string[];
beforeAll(async () => {
  const beside = await machinesBeside(1, 'lone');
  ({ machines, python } = beside);
  release = await install('mistakes', { basePort: 30_401, address: beside.address });
  await release.kubectl.apply(await keySecret(machines));
});
afterAll(async () => {
  await release?.[Symbol.asyncDispose]();
  await machines?.close();
});
beforeEach(() => reportWhenFailed(() => release));

// All rules, as the API server says them, are in profile-rules.real.test.ts.
test.each([
  [
    'two launchers',
    { launcher: { pods: {}, local: {} } },
    'spec.launcher must have exactly one of pods, local, ssh, mpi, pbs',
  ],
  ['an unknown member', { engine: { colour: 'red' }, launcher: { pods: {} } }, 'unknown field "spec.engine.colour"'],
  ['fewer than no engines', { engines: -1, launcher: { pods: {} } }, 'should be greater than or equal to 0'],
])('kubectl says what is wrong with a profile: %s', async (_, spec, message) => {
  const profile = { apiVersion: 'muster.dev/v1alpha1', kind: 'ClusterProfile', metadata: { name: 'bad' }, spec };
  const run = await release.kubectl.attempt(['create', '--filename=-'], JSON.stringify(profile));
  expect(run.code).toBe(1);
  expect(run.output).toContain(message);
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

test('machines that cannot be reached: conditions name them, and a profile goes when it is certain or let go', async () => {
  const absent = machines.network.nextAddress();
  const [machine] = machines.list;
  const ssh = (name: string, host: string, port: number): Profile => {
    const hosts = [{ host, user: 'root', port }];
    return { name, engines: 1, launcher: { ssh: { hosts, keySecret: 'muster-ssh', knownHosts: machines.knownHosts } } };
  };
  await release.apply(ssh('shut', machine!.address, 2222));
  await release.apply(ssh('absent', absent, 22));
  const failed = ({ reason }: Condition): boolean => reason === 'LaunchFailed';
  const shut = await condition('shut', 'Launched', failed);
  expect(shut.message).toContain(machine!.address);
  expect(shut.message).toMatch(/refused/i);
  const away = await condition('absent', 'Launched', failed);
  expect(away.message).toContain(absent);
  expect(away.message).toMatch(/tried again/);
  // Nobody knows whether something was started there: the profile stays until somebody says that it may go.
  await release.kubectl.run(['delete', 'clusterprofile/absent', '--wait=false']);
  const held = await condition('absent', 'Ready', ({ reason }) => reason === 'Deleting');
  expect(held.message).toContain('being removed');
  for (const name of ['absent', 'shut']) {
    const letGo = '--patch={"metadata":{"finalizers":null}}';
    await release.kubectl.run(['patch', `clusterprofile/${name}`, '--type=merge', letGo]);
    await release.kubectl.attempt(['delete', `clusterprofile/${name}`, '--wait=false']);
  }
});

interface Names {
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

test('an operator that is killed in the middle of a launch makes nothing twice', async () => {
  const { kubectl } = release;
  const [machine] = machines.list;
  const hosts = [{ host: machine!.address, user: 'root', slots: 4 }];
  const ssh = { hosts, keySecret: 'muster-ssh', knownHosts: machines.knownHosts };
  const engine = { kernel: 'python', command: python };
  const engines = ['-l', 'muster.dev/profile'];
  await using watch = await kubectl.start(['get', 'pods', '--watch-only', '--output=name', ...engines]);
  await release.apply({ name: 'four', engines: 4, launcher: { pods: {} } });
  await release.apply({ name: 'far', engines: 4, engine, launcher: { ssh } });
  await until(() => watch.output.includes('pod/four-'), { what: 'the first pod', everyMs: 5 });
  const operator = ['-l', 'app.kubernetes.io/component=launcher-operator'];
  await kubectl.run(['delete', 'pod', '--grace-period=0', '--force', ...operator]);
  await Promise.all([release.ready('four'), release.ready('far')]);
  const made = new Set(watch.output.split('\n').filter((line) => line.startsWith('pod/')));
  expect([...made], watch.output).toHaveLength(4);
  expect((await kubectl.get<Names>('pods', '-l', 'muster.dev/profile=four')).items).toHaveLength(4);
  expect(await enginesOn(machine!)).toHaveLength(4);
  await Promise.all([remove('four'), remove('far')]);
  expect(await enginesOn(machine!)).toEqual([]);
});
