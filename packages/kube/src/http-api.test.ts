// The adapter against servers that are none, or that misbehave. What a real one does is in kube.real.test.ts.
import { mkdir, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { freePort, temporaryFolder } from '@muster/testkit';
import { afterEach, expect, test } from 'vitest';
import { accountAccess, loadAccess } from './access.ts';
import type { KubeApi } from './api.ts';
import { connectKube, createKubeApi } from './http-api.ts';
import { pods, secrets } from './objects.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function serve(answer: RequestListener, timeoutMs = 5000): Promise<KubeApi> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const credentials = async () => ({ headers: { authorization: 'Bearer t' }, tls: {} });
  const api = createKubeApi(
    { server: new URL(`http://127.0.0.1:${port}/base/`), namespace: 'lab', credentials },
    timeoutMs,
  );
  closing.push(() => {
    api.close();
    server.closeAllConnections();
    server.close();
  });
  return api;
}

test('what is asked, and where', async () => {
  const asked: unknown[] = [];
  const api = await serve((request, response) => {
    asked.push([request.method, request.url, request.headers.authorization]);
    response.end('{"metadata":{"resourceVersion":"1"},"items":[]}');
  });
  await api.get(secrets, 'a/../b?c');
  await api.list(pods, { namespace: 'other', labels: { 'muster.dev/profile': 'p', x: 'y' } });
  expect(asked).toEqual([
    ['GET', '/base/api/v1/namespaces/lab/secrets/a%2F..%2Fb%3Fc', 'Bearer t'],
    ['GET', '/base/api/v1/namespaces/other/pods?labelSelector=muster.dev%2Fprofile%3Dp%2Cx%3Dy&limit=500', 'Bearer t'],
  ]);
  await expect(api.get(secrets, '')).rejects.toMatchObject({ code: 'object_refused' });
  await expect(api.get(secrets, '..')).rejects.toMatchObject({ code: 'object_refused' });
});

test('a list goes on to its last page', async () => {
  const api = await serve((request, response) => {
    const next = new URL(request.url!, 'http://x').searchParams.get('continue');
    const metadata = { resourceVersion: '5', ...(next === null && { continue: 'more' }) };
    response.end(JSON.stringify({ metadata, items: [{ metadata: { name: next ?? 'first' } }] }));
  });
  expect((await api.list(secrets)).items.map(({ metadata }) => metadata.name)).toEqual(['first', 'more']);
});

test('silence, half an answer, and what is no API server', async () => {
  const silent = await serve(() => {}, 100);
  await expect(silent.get(pods, 'a')).rejects.toMatchObject({ code: 'timeout' });
  const slow = await serve((_request, response) => void response.write('{'), 100);
  await expect(slow.get(pods, 'a')).rejects.toMatchObject({ code: 'timeout' });
  const broken = await serve((_request, response) => {
    response.write('{');
    setImmediate(() => response.destroy());
  });
  await expect(broken.get(pods, 'a')).rejects.toMatchObject({ code: 'unreachable' });
  const other = await serve((_request, response) => void response.end('<html>'));
  await expect(other.get(pods, 'a')).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringContaining('no API server'),
  });
  const shape = await serve((_request, response) => void response.end('{}'));
  await expect(shape.list(pods)).rejects.toMatchObject({ code: 'unreachable' });
});

test('nobody there', async () => {
  const server = new URL(`https://127.0.0.1:${await freePort()}`);
  const api = createKubeApi({ server, namespace: 'lab', credentials: async () => ({ headers: {}, tls: {} }) });
  await expect(api.list(pods)).rejects.toMatchObject({ code: 'unreachable', reason: 'ECONNREFUSED' });
  const watch = api.watch(pods, { resourceVersion: '1', signal: new AbortController().signal });
  await expect(watch[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'unreachable' });
});

test('a watch that ends, that breaks, and that is stopped', async () => {
  const event = '{"type":"ADDED","object":{"metadata":{"name":"a"}}}\n';
  const api = await serve((request, response) => {
    response.write(event);
    const version = new URL(request.url!, 'http://x').searchParams.get('resourceVersion');
    if (version === 'ends') response.end();
    if (version === 'breaks') setTimeout(() => response.destroy(), 50);
  });
  const follow = async (resourceVersion: string, abort = new AbortController()): Promise<number> => {
    let events = 0;
    for await (const _ of api.watch(pods, { resourceVersion, signal: abort.signal })) {
      events++;
      if (resourceVersion === 'stopped') abort.abort();
    }
    return events;
  };
  expect(await follow('ends')).toBe(1);
  expect(await follow('stopped')).toBe(1);
  await expect(follow('breaks')).rejects.toMatchObject({ code: 'unreachable' });
});

test("a pod's own account, whose token changes", async () => {
  await using folder = await temporaryFolder('account');
  await Promise.all([
    writeFile(join(folder.path, 'token'), 'first\n'),
    writeFile(join(folder.path, 'ca.crt'), 'CA'),
    writeFile(join(folder.path, 'namespace'), 'lab'),
  ]);
  const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' };
  const access = await accountAccess(env, folder.path);
  expect(access.server.href).toBe('https://[fd00::1]:6443/');
  expect(access.namespace).toBe('lab');
  expect(await access.credentials()).toEqual({ headers: { authorization: 'Bearer first' }, tls: { ca: 'CA' } });
  await expect(accountAccess(env, join(folder.path, 'nothing'))).rejects.toMatchObject({ code: 'access_denied' });
});

test('kubeconfigs that cannot be used, and one with every kind of login', async () => {
  await using folder = await temporaryFolder('kubeconfig');
  await mkdir(folder.path, { recursive: true });
  const file = join(folder.path, 'config');
  const connect = (context?: string): Promise<KubeApi> => connectKube({ kubeconfig: file, context });
  await expect(connect()).rejects.toMatchObject({ code: 'access_denied', remedy: 'Check KUBECONFIG.' });
  await writeFile(file, '][');
  await expect(connect()).rejects.toMatchObject({ code: 'access_denied' });
  const config = {
    clusters: [{ name: 'c', cluster: { server: 'https://k.example:6443', 'tls-server-name': 'inner' } }],
    users: [
      { name: 'basic', user: { username: 'u', password: 'p' } },
      { name: 'cert', user: { 'client-certificate-data': 'Yw==', 'client-key': 'key.pem' } },
      { name: 'token', user: { tokenFile: 'token', token: 'old' } },
      { name: 'failing', user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'false' } } },
    ],
    contexts: ['basic', 'cert', 'token', 'failing'].map((user) => ({
      name: user,
      context: { cluster: 'c', user, namespace: user },
    })),
  };
  await writeFile(file, JSON.stringify(config));
  await expect(connect('other')).rejects.toMatchObject({ remedy: 'Choose one of: basic, cert, token, failing.' });
  const load = (context: string) => loadAccess({ kubeconfig: file, context });
  const basic = await load('basic');
  expect([basic.server.host, basic.namespace]).toEqual(['k.example:6443', 'basic']);
  expect(await basic.credentials()).toMatchObject({
    headers: { authorization: 'Basic dTpw' },
    tls: { servername: 'inner' },
  });
  await expect((await load('cert')).credentials()).rejects.toMatchObject({ code: 'access_denied' });
  await writeFile(join(folder.path, 'key.pem'), 'k');
  expect((await (await load('cert')).credentials()).tls).toMatchObject({ cert: 'c', key: 'k' });
  await writeFile(join(folder.path, 'token'), 't\n');
  expect((await (await load('token')).credentials()).headers).toEqual({ authorization: 'Bearer t' });
  await expect((await load('failing')).credentials()).rejects.toMatchObject({ code: 'access_denied' });
  expect((await loadAccess({ kubeconfig: file, context: 'cert', namespace: 'mine' })).namespace).toBe('mine');
  const first = join(folder.path, 'first');
  await writeFile(first, 'current-context: token');
  expect((await loadAccess({ kubeconfig: `${first}${delimiter}${file}` })).namespace).toBe('token');
});
