// Profiles in an API server in memory; engines are real processes of this machine.
import { join } from 'node:path';
import { profileKind } from '@muster/cluster-profile/kind';
import type { KubeApi, KubeObject, Resource } from '@muster/kube';
import { kubeEvents, leases, pods, secretOf, secrets, textsOf } from '@muster/kube';
import type { KubeTwin } from '@muster/kube/memory';
import { createKubeTwin } from '@muster/kube/memory';
import type { EngineLauncher } from '@muster/launchers';
import { createPodsLauncher } from '@muster/launchers/pods';
import { silentLogger } from '@muster/telemetry';
import { temporaryFolder, until } from '@muster/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ProfileStatus } from '../core/index.ts';
import type { LauncherOperatorService } from '../service.ts';
import type { World } from '../testing/bench.ts';
import { conditionOf, createWorld, startOperator } from '../testing/bench.ts';
import { createKubeSource } from './kube-source.ts';

type Profile = KubeObject & { readonly spec: object; readonly status?: ProfileStatus };
const profiles: Resource<Profile> = profileKind;

let twin: KubeTwin;
let api: KubeApi;
let world: World;
let operators: LauncherOperatorService[];
let home: string;
let clean: () => Promise<void>;

beforeEach(async () => {
  const folder = await temporaryFolder('operator');
  home = folder.path;
  clean = folder.remove;
  twin = createKubeTwin();
  api = twin.api('lab');
  world = createWorld();
  operators = [];
});
afterEach(async () => {
  await Promise.all(operators.map((operator) => operator.stop()));
  await clean();
});

interface Started {
  readonly operator: LauncherOperatorService;
  /** Why it lost the lead. */
  readonly lost: readonly string[];
}

/** `leads: false`: it waits for its turn. */
async function start(identity = 'one', { leads = true } = {}): Promise<Started> {
  const lost: string[] = [];
  const ownApi = twin.api('lab');
  const source = createKubeSource({
    api: ownApi,
    lease: 'operator',
    identity,
    connectionSecret: 'lab-connection',
    log: silentLogger,
    onLost: () => lost.push('lost'),
    leaseMs: 1000,
  });
  const images = { node: 'localhost/engine:1', python: '' };
  const launcher = createPodsLauncher({
    api: ownApi,
    connectionSecret: 'lab-connection',
    images,
    removeTimeoutMs: 500,
  });
  const starting = startOperator({
    folder: join(home, identity),
    home,
    world,
    source,
    launchers: { pods: launcher as EngineLauncher },
  });
  if (!leads) {
    void starting.then((operator) => operators.push(operator));
    return { operator: undefined as never, lost };
  }
  const operator = await starting;
  operators.push(operator);
  return { operator, lost };
}

const apply = (engines: number, engine: object = {}): Promise<Profile> =>
  api.create(profiles, { metadata: { name: 'a' }, spec: { engines, engine, launcher: { pods: {} } } });

const profile = (): Promise<Profile | undefined> => api.get(profiles, 'a');
const podNames = async (): Promise<string[]> =>
  (await api.list(pods)).items.map(({ metadata }) => metadata.name).sort();

/** As kubelet and hub would. */
async function follow(): Promise<void> {
  const { items } = await api.list(pods);
  for (const { metadata, status } of items) {
    if (status?.phase !== 'Running' && status?.phase !== 'Failed') {
      const running = { phase: 'Running', containerStatuses: [{ name: 'engine', state: { running: {} } }] };
      await api.patch(pods, metadata.name, { status: running }, { subresource: 'status' });
    }
    if (status?.phase === 'Running' && !world.registered.has(`${metadata.name}-0`))
      world.register(`${metadata.name}-0`);
  }
  const there = new Set(items.map(({ metadata }) => `${metadata.name}-0`));
  for (const uuid of [...world.registered]) if (!there.has(uuid)) world.unregister(uuid);
}

const followUntil = (condition: () => Promise<boolean>, what: string): Promise<boolean> =>
  until(
    async () => {
      await follow();
      return condition();
    },
    { what, timeoutMs: 15_000 },
  );

const ready = (engines: number): Promise<boolean> =>
  followUntil(async () => {
    const now = await profile();
    return (
      conditionOf(now?.status, 'Ready')?.status === 'True' &&
      now?.status?.registered === engines &&
      (await podNames()).length === engines
    );
  }, `${engines} engines are ready`);

test('a profile becomes pods; its status, finalizer, events and the connection Secret', async () => {
  await api.create(secrets, secretOf({ name: 'lab-connection' }, {}));
  await apply(3);
  await start();
  await ready(3);
  const now = await profile();
  expect(now?.metadata.finalizers).toEqual(['muster.dev/engines']);
  expect(now?.status).toMatchObject({ observedGeneration: 1, desired: 3, launched: 3, registered: 3 });
  expect(Object.keys(textsOf((await api.get(secrets, 'lab-connection'))!)).sort()).toEqual([
    'ipcontroller-client.json',
    'ipcontroller-engine.json',
  ]);
  const told = (await api.list(kubeEvents)).items.map(({ reason }) => reason);
  expect(told).toContain('Launching');

  await api.patch(profiles, 'a', { spec: { engines: 1 } });
  await ready(1);
  expect((await profile())?.status).toMatchObject({ observedGeneration: 2, desired: 1 });

  await api.remove(profiles, 'a');
  await followUntil(async () => (await profile()) === undefined, 'the profile is gone');
  expect(await podNames()).toEqual([]);
});

test('the status is written by somebody else, the API server refuses, watches break: all comes right', async () => {
  await apply(2);
  await start();
  await ready(2);
  const before = await podNames();
  await api.patch(profiles, 'a', { status: { launches: [], registered: 0 } }, { subresource: 'status' });
  twin.breakWatches();
  twin.compact();
  await api.patch(profiles, 'a', { spec: { engines: 3 }, metadata: { labels: { x: 'y' } } });
  await ready(3);
  expect(await podNames()).toEqual(expect.arrayContaining(before));
});

test('a pod that is deleted is replaced; an image that is not there is told', async () => {
  await apply(1);
  await start();
  await ready(1);
  const [first] = await podNames();
  await api.remove(pods, first!);
  await followUntil(async () => {
    const names = await podNames();
    return names.length === 1 && names[0] !== first;
  }, 'there is another pod');
  await ready(1);
  await api.create(profiles, {
    metadata: { name: 'b' },
    spec: { engines: 1, engine: { kernel: 'python' }, launcher: { pods: {} } },
  });
  await until(
    async () => conditionOf((await api.get(profiles, 'b'))?.status, 'Launched')?.message.includes('no image'),
    {
      what: 'it is told',
    },
  );
});

test('a profile that the schema does not know is told, and changes nothing', async () => {
  await apply(1);
  await start();
  await ready(1);
  const before = await podNames();
  await api.patch(profiles, 'a', { spec: { engines: -1 } });
  await until(async () => conditionOf((await profile())?.status, 'Ready')?.reason === 'BadProfile', {
    what: 'it is told',
  });
  expect(await podNames()).toEqual(before);
  await api.patch(profiles, 'a', { spec: { engines: 1 } });
  await ready(1);
  expect(await podNames()).toEqual(before);
});

test('one of two operators leads; the other takes over what there is', async () => {
  await apply(2);
  const { operator } = await start('one');
  await start('two', { leads: false });
  await ready(2);
  const before = await podNames();
  expect((await api.get(leases, 'operator'))?.spec?.holderIdentity).toBe('one');
  await operator.stop();
  await until(async () => (await api.get(leases, 'operator'))?.spec?.holderIdentity === 'two', { what: 'two leads' });
  await api.patch(profiles, 'a', { spec: { engines: 3 } });
  await ready(3);
  expect(await podNames()).toEqual(expect.arrayContaining(before));
});
