// The adapter against a real API server.
import { readFile } from 'node:fs/promises';
import { until } from '@muster/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubeApi } from './api.ts';
import { connectKube } from './http-api.ts';
import { createInformer } from './informer.ts';
import { pods, secrets } from './objects.ts';
import { secretOf } from './secrets.ts';
import type { ApiServer } from './testing/api-server.ts';
import { hasApiServer, startApiServer, whyMissing } from './testing/api-server.ts';
import { kubeContract } from './testing/contract.ts';

const crdFile = new URL('../../../charts/muster/crds/clusterprofiles.yaml', import.meta.url);

describe.runIf(hasApiServer)(`a real API server${whyMissing()}`, () => {
  let server: ApiServer;
  const opened: KubeApi[] = [];
  let namespaces = 0;

  beforeAll(async () => {
    server = await startApiServer();
    await server.kubectl(['create', '-f', '-'], await readFile(crdFile, 'utf8'));
    await server.collectGarbage();
    await server.kubectl(['wait', '--for=condition=Established', 'crd/clusterprofiles.muster.dev']);
  }, 120_000);
  afterAll(async () => {
    for (const api of opened) api.close();
    await server[Symbol.asyncDispose]();
  });

  async function open(account: 'admin' | 'nobody' | 'stranger' = 'admin'): Promise<KubeApi> {
    const namespace = `test-${++namespaces}`;
    await server.kubectl(['create', 'namespace', namespace]);
    const api = await connectKube({ kubeconfig: await server.kubeconfig(account, namespace) });
    opened.push(api);
    return api;
  }
  kubeContract({ name: 'real', open, collectsGarbage: true });

  test('an account without rights is told which rule it lacks', async () => {
    const api = await open('nobody');
    await expect(api.list(pods)).rejects.toMatchObject({
      code: 'access_denied',
      message: expect.stringContaining('pods is forbidden: User "nobody" cannot list resource "pods"'),
      remedy: 'Give this account the verb "list" on "pods" of the API group "" by a Role, as the chart does.',
    });
    const stranger = await open('stranger');
    await expect(stranger.list(pods)).rejects.toMatchObject({ code: 'access_denied', status: 401 });
  });

  test('a kind that is not installed', async () => {
    const api = await open();
    const missing = { apiVersion: 'nothing.muster.dev/v1', kind: 'Nothing', plural: 'nothings' };
    await expect(api.get(missing, 'a')).rejects.toMatchObject({
      code: 'no_such_object',
      message: expect.stringContaining('it has no nothings of API group "nothing.muster.dev"'),
    });
  });

  test('a list of more than one page is whole', { timeout: 60_000 }, async () => {
    const api = await open();
    const names = Array.from({ length: 510 }, (_, i) => `s-${i}`);
    for (let i = 0; i < names.length; i += 50)
      await Promise.all(names.slice(i, i + 50).map((name) => api.create(secrets, secretOf({ name }, {}))));
    const { items } = await api.list(secrets);
    expect(new Set(items.map(({ metadata }) => metadata.name))).toEqual(new Set(names));
  });

  test('an informer goes on after the server was killed', { timeout: 90_000 }, async () => {
    const api = await open();
    const troubles: unknown[] = [];
    const informer = createInformer({
      ...{ api, resource: secrets, backOff: { firstMs: 50, mostMs: 500 } },
      onChange() {},
      onRemove() {},
      onTrouble: (error) => troubles.push(error),
    });
    await informer.synced;
    await server.restart();
    // It remembers nothing of what was before its start.
    const seen: string[] = [];
    for await (const { type } of api.watch(secrets, { resourceVersion: '1', signal: AbortSignal.timeout(10_000) }))
      seen.push(type);
    expect(seen).toEqual(['expired']);
    await api.create(secrets, secretOf({ name: 'after' }, {}));
    await until(() => informer.objects.has('after'), { what: 'the new object is known', timeoutMs: 30_000 });
    expect(troubles.length).toBeGreaterThan(0);
    expect(troubles[0]).toMatchObject({ code: 'unreachable' });
    await informer.stop();
  });
});

test('a server that is not there, and a kubeconfig that is none', async () => {
  await expect(connectKube({ kubeconfig: '/nothing/config' })).rejects.toMatchObject({
    code: 'access_denied',
    message: expect.stringContaining('/nothing/config cannot be used'),
  });
});
