// What every API server promises Muster: the twin passes it, and so does a real one. Call it from a test file.
import { until } from '@muster/testkit';
import { describe, expect, test } from 'vitest';
import type { KubeApi, WatchEvent } from '../api.ts';
import { addFinalizer, removeFinalizer, writeStatus } from '../changes.ts';
import { createEventRecorder } from '../event-recorder.ts';
import { createInformer } from '../informer.ts';
import { createLeadership } from '../leadership.ts';
import type { KubeObject, Resource, Secret } from '../objects.ts';
import { kubeEvents, leases, pods, secrets } from '../objects.ts';
import { secretOf, textsOf } from '../secrets.ts';

export interface KubeContract {
  readonly name: string;
  /** A client whose namespace no other test uses. */
  open(): Promise<KubeApi>;
  /** Objects are removed with their owners soon. */
  readonly collectsGarbage: boolean;
}

interface Profile extends KubeObject {
  readonly spec: { readonly engines: number; readonly launcher: object };
  readonly status?: { readonly launched?: number; readonly registered?: number } | undefined;
}

const profiles: Resource<Profile> = {
  apiVersion: 'muster.dev/v1alpha1',
  kind: 'ClusterProfile',
  plural: 'clusterprofiles',
};

const profile = (name: string, metadata: object = {}): Profile => ({
  metadata: { name, ...metadata },
  spec: { engines: 1, launcher: { local: {} } },
});
const secret = (name: string, metadata: object = {}): Secret => secretOf({ name, ...metadata }, { word: name });

export function kubeContract(contract: KubeContract): void {
  describe(`kube contract: ${contract.name}`, { timeout: 60_000 }, () => {
    objects(contract);
    changes(contract);
    deletion(contract);
    watches(contract);
    programs(contract);
  });
}

function objects({ open }: KubeContract): void {
  test('an object is made, read and listed by its labels', async () => {
    const api = await open();
    const made = await api.create(secrets, secret('a', { labels: { app: 'x', tier: '1' } }));
    await api.create(secrets, secret('b', { labels: { app: 'x' } }));
    expect(made.metadata).toMatchObject({ name: 'a', namespace: api.namespace, uid: expect.any(String) });
    expect(made.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const read = await api.get(secrets, 'a');
    expect(textsOf(read!)).toEqual({ word: 'a' });
    expect(read!.metadata.resourceVersion).toBe(made.metadata.resourceVersion);
    const names = async (labels?: Record<string, string>): Promise<string[]> =>
      (await api.list(secrets, { labels })).items.map(({ metadata }) => metadata.name).sort();
    expect(await names()).toEqual(['a', 'b']);
    expect(await names({ app: 'x', tier: '1' })).toEqual(['a']);
    expect(await names({ app: 'y' })).toEqual([]);
  });

  test('a name that is taken, one that cannot be, and one that is not there', async () => {
    const api = await open();
    await api.create(secrets, secret('a'));
    await expect(api.create(secrets, secret('a'))).rejects.toMatchObject({
      code: 'object_changed',
      reason: 'AlreadyExists',
      status: 409,
    });
    await expect(api.create(secrets, secret('A_b'))).rejects.toMatchObject({
      code: 'object_refused',
      reason: 'Invalid',
    });
    expect(await api.get(secrets, 'nothing')).toBeUndefined();
    await expect(api.patch(secrets, 'nothing', {})).rejects.toMatchObject({
      code: 'no_such_object',
      reason: 'NotFound',
    });
    await api.remove(secrets, 'nothing');
  });
}

function changes({ open }: KubeContract): void {
  test('a patch merges, takes null members away, and is refused for an old version', async () => {
    const api = await open();
    const old = await api.create(secrets, secret('a', { labels: { x: '1', y: '2' } }));
    const patched = await api.patch(
      secrets,
      'a',
      { metadata: { labels: { x: null, z: '3' } } },
      { resourceVersion: old.metadata.resourceVersion },
    );
    expect(patched.metadata.labels).toEqual({ y: '2', z: '3' });
    const late = api.patch(
      secrets,
      'a',
      { metadata: { labels: { w: '4' } } },
      { resourceVersion: old.metadata.resourceVersion },
    );
    await expect(late).rejects.toMatchObject({ code: 'object_changed', reason: 'Conflict' });
    const same = await api.patch(secrets, 'a', { metadata: { labels: { z: '3' } } });
    expect(same.metadata.resourceVersion).toBe(patched.metadata.resourceVersion);
  });

  test('spec and status are written apart; only a new spec is a new generation', async () => {
    const api = await open();
    const made = await api.create(profiles, { ...profile('p'), status: { launched: 7 } });
    expect(made.status?.launched).toBeUndefined();
    expect(made.metadata.generation).toBe(1);
    const told = await writeStatus(api, profiles, made, { launched: 2, registered: 1 });
    expect(told).toMatchObject({ status: { launched: 2, registered: 1 }, metadata: { generation: 1 } });
    const scaled = await api.patch(profiles, 'p', { spec: { engines: 3 }, status: { launched: 9 } });
    expect(scaled).toMatchObject({ spec: { engines: 3 }, status: { launched: 2 }, metadata: { generation: 2 } });
    const next = await writeStatus(api, profiles, scaled, { launched: 3 });
    expect(next.status).toEqual({ launched: 3 });
    await expect(writeStatus(api, profiles, told, { launched: 0 })).rejects.toMatchObject({ reason: 'Conflict' });
  });
}

function deletion({ open, collectsGarbage }: KubeContract): void {
  test('a finalizer holds a deleted object until it is taken away', async () => {
    const api = await open();
    const made = await addFinalizer(api, profiles, await api.create(profiles, profile('p')), 'muster.dev/engines');
    expect(await addFinalizer(api, profiles, made, 'muster.dev/engines')).toBe(made);
    await api.remove(profiles, 'p');
    const marked = await api.get(profiles, 'p');
    expect(marked?.metadata.deletionTimestamp).toEqual(expect.any(String));
    await removeFinalizer(api, profiles, marked!, 'muster.dev/engines');
    expect(await api.get(profiles, 'p')).toBeUndefined();
  });

  test('an object can be removed by its uid, and a later one of its name stays', async () => {
    const api = await open();
    const first = await api.create(secrets, secret('a'));
    await api.remove(secrets, 'a', { uid: first.metadata.uid });
    const second = await api.create(secrets, secret('a'));
    await api.remove(secrets, 'a', { uid: first.metadata.uid });
    expect((await api.get(secrets, 'a'))?.metadata.uid).toBe(second.metadata.uid);
  });

  test.runIf(collectsGarbage)('what an object owns goes with it', async () => {
    const api = await open();
    const { metadata } = await api.create(profiles, profile('p'));
    const owner = { apiVersion: profiles.apiVersion, kind: profiles.kind, name: 'p', uid: metadata.uid! };
    await api.create(secrets, secret('owned', { ownerReferences: [owner] }));
    await api.create(secrets, secret('other'));
    await api.remove(profiles, 'p');
    await until(async () => (await api.get(secrets, 'owned')) === undefined, { what: 'the owned object is gone' });
    expect(await api.get(secrets, 'other')).toBeDefined();
  });
}

function watches({ open }: KubeContract): void {
  test('a watch tells what happens after a version, to objects with its labels', async () => {
    const api = await open();
    await api.create(secrets, secret('before', { labels: { app: 'x' } }));
    const { resourceVersion } = await api.list(secrets);
    const abort = new AbortController();
    const events: string[] = [];
    const note = ({ type, ...event }: WatchEvent<Secret>): void => {
      if ('object' in event) events.push(`${type} ${event.object.metadata.name}`);
    };
    const ended = (async () => {
      for await (const event of api.watch(secrets, { resourceVersion, labels: { app: 'x' }, signal: abort.signal }))
        note(event);
    })();
    await api.create(secrets, secret('a', { labels: { app: 'x' } }));
    await api.create(secrets, secret('b'));
    await api.patch(secrets, 'b', { metadata: { labels: { app: 'x' } } });
    await api.patch(secrets, 'a', { metadata: { labels: { more: 'y' } } });
    await api.patch(secrets, 'b', { metadata: { labels: { app: 'z' } } });
    await api.remove(secrets, 'a');
    const expected = ['added a', 'added b', 'modified a', 'deleted b', 'deleted a'];
    await until(() => events.length >= expected.length, { what: () => `${expected}; there were ${events}` });
    expect(events).toEqual(expected);
    abort.abort();
    await ended;
  });

  test('an informer knows what is there, and tells each change once', async () => {
    const api = await open();
    await api.create(secrets, secret('a'));
    const told: string[] = [];
    const informer = createInformer({
      api,
      resource: secrets,
      onChange: ({ metadata }) => told.push(`+${metadata.name}`),
      onRemove: ({ metadata }) => told.push(`-${metadata.name}`),
    });
    await informer.synced;
    expect([...informer.objects.keys()]).toEqual(['a']);
    await api.create(secrets, secret('b'));
    await until(() => informer.objects.has('b'), { what: 'b is known' });
    await api.remove(secrets, 'a');
    await until(() => !informer.objects.has('a'), { what: 'a is gone' });
    expect(told).toEqual(['+a', '+b', '-a']);
    expect(informer.isFresh).toBe(true);
    await informer.stop();
    await api.create(secrets, secret('c'));
    expect(told).toHaveLength(3);
  });
}

function programs({ open }: KubeContract): void {
  test('of two programs one leads; when it stops, the other one', async () => {
    const api = await open();
    const told: string[] = [];
    const start = (identity: string) =>
      createLeadership({
        ...{ api, name: 'operator', identity, leaseMs: 3000, renewMs: 100 },
        onGained: () => told.push(`+${identity}`),
        onLost: () => told.push(`-${identity}`),
      });
    const first = start('one');
    await until(() => first.isLeader, { what: 'the first leads' });
    const second = start('two');
    const renewed = (await api.get(leases, 'operator'))!.spec!.renewTime;
    await until(async () => (await api.get(leases, 'operator'))!.spec!.renewTime !== renewed, {
      what: 'it is renewed',
    });
    expect(second.isLeader).toBe(false);
    await first.stop();
    await until(() => second.isLeader, { what: 'the second leads', timeoutMs: 2500 });
    expect(told).toEqual(['+one', '-one', '+two']);
    expect((await api.get(leases, 'operator'))!.spec).toMatchObject({ holderIdentity: 'two', leaseTransitions: 1 });
    await second.stop();
  });

  test('a leader that falls silent is followed when its lease is over', async () => {
    const api = await open();
    const spec = { holderIdentity: 'silent', leaseDurationSeconds: 1, renewTime: '2020-01-01T00:00:00.000000Z' };
    await api.create(leases, { metadata: { name: 'operator' }, spec });
    const beforeMs = performance.now();
    const leadership = createLeadership({
      api,
      name: 'operator',
      identity: 'me',
      leaseMs: 1000,
      renewMs: 50,
      onGained() {},
      onLost() {},
    });
    await until(() => leadership.isLeader, { what: 'it leads' });
    // However old its time is: the clock of the other may be wrong.
    expect(performance.now() - beforeMs).toBeGreaterThan(950);
    await leadership.stop();
  });

  test('an event about an object; the same again counts', async () => {
    const api = await open();
    const made = await api.create(profiles, profile('p'));
    const trouble: unknown[] = [];
    const recorder = createEventRecorder({ api, component: 'test', onTrouble: (error) => trouble.push(error) });
    for (let i = 0; i < 3; i++)
      await recorder.record(profiles, made, { type: 'Warning', reason: 'LaunchFailed', message: 'no such image' });
    expect(trouble).toEqual([]);
    const { items } = await api.list(kubeEvents);
    expect(items).toMatchObject([
      { count: 3, reason: 'LaunchFailed', involvedObject: { name: 'p', uid: made.metadata.uid } },
    ]);
  });

  test('a pod waits until somebody runs it; its status is written apart', async () => {
    const api = await open();
    const made = await api.create(pods, {
      metadata: { name: 'a' },
      spec: { containers: [{ name: 'engine', image: 'x' }] },
    });
    expect(made.status?.phase).toBe('Pending');
    const running = await api.patch(pods, 'a', { status: { phase: 'Running' } }, { subresource: 'status' });
    expect(running.status?.phase).toBe('Running');
    await api.remove(pods, 'a', { uid: made.metadata.uid });
    expect(await api.get(pods, 'a')).toBeUndefined();
  });
}
