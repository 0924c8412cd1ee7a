import { profileKind } from '@muster/cluster-profile/kind';
import type { KubeApi, KubeObject, Resource } from '@muster/kube';
import { KubeError, pods } from '@muster/kube';
import { createKubeTwin } from '@muster/kube/memory';
import { expect, test } from 'vitest';
import type { EngineHandle } from '../engine-launcher.ts';
import { createPodsLauncher } from './pods-launcher.ts';

const profiles: Resource<KubeObject & { spec: object }> = profileKind;

async function open() {
  const twin = createKubeTwin();
  const api = twin.api('lab');
  const profile = await api.create(profiles, { metadata: { name: 'p' }, spec: { launcher: { pods: {} } } });
  const images = { node: 'localhost/engine:1', python: '' };
  const launcher = createPodsLauncher({ api, connectionSecret: 'c', images, removeTimeoutMs: 50 });
  const submit = (handle: EngineHandle): Promise<void> =>
    launcher.submit({ handle, spec: {}, engine: { kernel: 'node' }, connection: '{}' });
  return { twin, api, launcher, submit, profile, plan: (id: string) => launcher.plan({ id, n: 1, spec: {} }, []) };
}

const runs = (api: KubeApi, name: string) =>
  api.patch(
    pods,
    name,
    { status: { phase: 'Running', containerStatuses: [{ name: 'engine', state: { running: {} } }] } },
    { subresource: 'status' },
  );

test('a launch is submitted once, seen, and removed', async () => {
  const { api, launcher, submit, plan, profile } = await open();
  const handle = plan('p-aaaaa');
  expect((await launcher.status([handle])).get('p-aaaaa')?.engines).toEqual([{ state: 'absent', reason: '' }]);
  await submit(handle);
  await submit(handle);
  const { items } = await api.list(pods);
  expect(items).toHaveLength(1);
  expect(items[0]!.metadata).toMatchObject({
    name: 'p-aaaaa',
    ownerReferences: [{ uid: profile.metadata.uid, controller: true, blockOwnerDeletion: false }],
  });
  await runs(api, 'p-aaaaa');
  expect((await launcher.status([handle])).get('p-aaaaa')?.engines).toEqual([{ state: 'running', reason: '' }]);
  await launcher.remove(handle);
  await launcher.remove(handle);
  expect((await api.list(pods)).items).toEqual([]);
});

test('many launches are looked up at once, of one profile or several', async () => {
  const { api, launcher, submit, plan } = await open();
  const handles = Array.from({ length: 6 }, (_, i) => plan(`p-aaaa${i}`));
  for (const handle of handles.slice(1)) await submit(handle);
  await runs(api, 'p-aaaa1');
  const states = async (of: readonly EngineHandle[]) =>
    [...(await launcher.status(of)).values()].map(({ engines }) => engines[0]!.state);
  expect(await states(handles)).toEqual(['absent', 'running', 'queued', 'queued', 'queued', 'queued']);
  expect(await states([...handles, plan('q-aaaaa')])).toEqual([
    'absent',
    'running',
    'queued',
    'queued',
    'queued',
    'queued',
    'absent',
  ]);
});

test('pods go with their profile', async () => {
  const { api, submit, plan } = await open();
  await submit(plan('p-aaaaa'));
  await api.remove(profiles, 'p');
  expect((await api.list(pods)).items).toEqual([]);
  await expect(submit(plan('p-bbbbb'))).rejects.toMatchObject({
    code: 'start_failed',
    message: 'The profile p is not there any more.',
  });
});

test('a pod of that name that is not ours is let be', async () => {
  const { api, launcher, submit, plan } = await open();
  await api.create(pods, { metadata: { name: 'p-aaaaa' }, spec: { containers: [] } });
  await expect(submit(plan('p-aaaaa'))).rejects.toMatchObject({
    code: 'start_failed',
    message: 'There is a pod p-aaaaa that is not ours.',
  });
  await launcher.remove(plan('p-aaaaa'));
  expect((await api.list(pods)).items).toHaveLength(1);
  expect((await launcher.status([plan('p-aaaaa')])).get('p-aaaaa')?.engines[0]?.state).toBe('absent');
});

test('a server that cannot be asked, and one that refuses', async () => {
  const { twin, launcher, submit, plan } = await open();
  twin.refuse(() => new KubeError('unreachable', 'No route.'));
  expect((await launcher.status([plan('p-aaaaa')])).get('p-aaaaa')).toEqual({
    engines: [{ state: 'unknown', reason: '' }],
    reason: 'No route.',
    logTail: '',
  });
  await expect(submit(plan('p-aaaaa'))).rejects.toMatchObject({ code: 'unreachable' });
  await expect(launcher.remove(plan('p-aaaaa'))).rejects.toMatchObject({ code: 'unreachable' });
  twin.refuse(({ verb }) =>
    verb === 'create' ? new KubeError('object_refused', 'exceeded quota: engines') : undefined,
  );
  await expect(submit(plan('p-aaaaa'))).rejects.toMatchObject({
    code: 'start_failed',
    message: 'exceeded quota: engines',
  });
});

test('a pod that does not go in time', async () => {
  const { api, launcher, submit, plan } = await open();
  await submit(plan('p-aaaaa'));
  await api.patch(pods, 'p-aaaaa', { metadata: { finalizers: ['test/held'] } });
  await expect(launcher.remove(plan('p-aaaaa'))).rejects.toMatchObject({
    code: 'timeout',
    remedy: expect.stringContaining('kubectl get nodes'),
  });
});

test('orders that cannot be', async () => {
  const { launcher } = await open();
  expect(() => launcher.plan({ id: 'p-aaaaa', n: 2, spec: {} }, [])).toThrow('not possible');
  expect(() => launcher.plan({ id: 'P_', n: 1, spec: {} }, [])).toThrow('cannot be the id');
});
