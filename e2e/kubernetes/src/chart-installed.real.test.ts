// What the API server makes of the chart. No node takes these pods: what runs is the matter of other files.
import { find, helmIn } from '@muster/provision';
import { runProgram, temporaryFolder } from '@muster/testkit';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { chartFolder, renderManifests, valueSets } from './chart-rendering.ts';
import type { Kubectl } from './cluster/kubectl.ts';
import { whatIsLeft } from './suite/left.ts';
import { openNamespace } from './suite/release.ts';

const namespace = 'chart';
const nowhere = ['--set', 'nodeSelector.disk=none,basePort=30301'];

let kubectl: Kubectl;
beforeAll(async () => {
  kubectl = await openNamespace(namespace);
});
afterAll(async () => {
  await kubectl?.run(['delete', 'namespace', namespace, '--wait=false']);
});

async function helm(...args: string[]): Promise<string> {
  const found = await find('helm');
  await using folder = await temporaryFolder('helm');
  const env = { KUBECONFIG: inject('cluster').kubeconfig, HELM_CACHE_HOME: folder.path, HELM_CONFIG_HOME: folder.path };
  const program = helmIn(found.present ? found.folder : '');
  const run = await runProgram([program, `--namespace=${namespace}`, ...args], { env, timeoutMs: 60_000 });
  if (run.code !== 0) throw new Error(run.output);
  return run.output;
}

interface Stored {
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: unknown;
}
const secretData = async (name: string) => (await kubectl.get<Stored>(`secret/${name}`)).data;

test('it is installed where pods must be restricted, without a warning', async () => {
  const output = await helm('install', 'muster', chartFolder, ...nowhere);
  expect(output).toContain('Muster 0.1.0 is installed as muster, namespace chart.');
  expect(output.toLowerCase()).not.toContain('warning');
  expect((await secretData('muster-key'))?.key).toMatch(/^[A-Za-z0-9+/=]{64}$/);
});

test('an upgrade keeps keys, passwords, and what the operator has written', async () => {
  const names = ['muster-key', 'muster-nats', 'muster-mongodb'];
  const before = await Promise.all(names.map(secretData));
  const text = Buffer.from('{}').toString('base64');
  const patch = (what: string, by: object) =>
    kubectl.run(['patch', what, '--type=merge', `--patch=${JSON.stringify(by)}`]);
  await patch('secret/muster-connection', { data: { 'ipcontroller-client.json': text } });
  await patch('lease/muster-launcher-operator', { spec: { holderIdentity: 'me', leaseDurationSeconds: 15 } });
  await helm('upgrade', 'muster', chartFolder, ...nowhere, '--set', 'logLevel=debug');
  expect(await Promise.all(names.map(secretData))).toEqual(before);
  expect(await secretData('muster-connection')).toEqual({ 'ipcontroller-client.json': text });
  expect(await kubectl.get<Stored>('lease/muster-launcher-operator')).toMatchObject({ spec: { holderIdentity: 'me' } });
});

test.each([
  ['get', 'secrets/muster-connection', 'yes'],
  ['patch', 'secrets/muster-connection', 'yes'],
  ['get', 'secrets/muster-ssh', 'yes'],
  ['get', 'secrets/muster-key', 'no'],
  ['list', 'secrets', 'no'],
  ['create', 'secrets', 'no'],
  ['create', 'pods', 'yes'],
  ['create', 'pods --subresource=exec', 'no'],
  ['get', 'pods --subresource=log', 'no'],
  ['patch', 'clusterprofiles.muster.dev/p', 'yes'],
  ['create', 'clusterprofiles.muster.dev', 'no'],
  ['patch', 'leases.coordination.k8s.io/other', 'no'],
  ['create', 'deployments.apps', 'no'],
])('may the operator %s %s? %s', async (verb, what, answer) => {
  const as = `--as=system:serviceaccount:${namespace}:muster-launcher-operator`;
  expect((await kubectl.attempt(['auth', 'can-i', verb, ...what.split(' '), as])).stdout.trim()).toBe(answer);
});

test.each(Object.entries(valueSets))('the API server takes it: %s', async (_name, values) => {
  const text = await renderManifests({ ...values, basePort: 30_401 }, 'other', namespace);
  const output = await kubectl.run(['apply', '--dry-run=server', '--validate=strict', '--filename=-'], text);
  expect(output.match(/created \(server dry run\)/g)?.length).toBeGreaterThan(15);
});

test('uninstalled, nothing is left', async () => {
  await helm('uninstall', 'muster', '--wait', '--timeout', '60s');
  expect(await whatIsLeft(kubectl)).toEqual([]);
});
