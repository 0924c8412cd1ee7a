// The rules of a ClusterProfile: what `parseProfile` refuses, a real API server with our CRD refuses as well, by the same
// words; and what the one takes, the other takes.
import { parseProfile } from '@muster/cluster-profile';
import type { Program } from '@muster/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Kubectl } from './cluster/kubectl.ts';
import { openNamespace } from './suite/release.ts';

const crd = new URL('../../../charts/muster/crds/clusterprofiles.yaml', import.meta.url).pathname;

let kubectl: Kubectl;
let proxy: Program;
/** Where profiles are posted, to be judged and not kept. A kubectl for each would take a minute. */
let address: string;
beforeAll(async () => {
  kubectl = await openNamespace('rules');
  await kubectl.run(['apply', '--server-side', '--force-conflicts', '--filename', crd]);
  await kubectl.run(['wait', '--for=condition=Established', 'crd/clusterprofiles.muster.dev']);
  proxy = await kubectl.start(['proxy', '--port=0']);
  await proxy.says('Starting to serve on');
  const [, server] = /serve on (\S+)/.exec(proxy.output) ?? [];
  address = `http://${server}/apis/muster.dev/v1alpha1/namespaces/rules/clusterprofiles?dryRun=All&fieldValidation=Strict`;
});
afterAll(async () => {
  await proxy?.stop();
  await kubectl?.run(['delete', 'namespace', 'rules', '--wait=false']);
});

const profile = (spec: unknown, name = 'p') => ({
  apiVersion: 'muster.dev/v1alpha1',
  kind: 'ClusterProfile',
  metadata: { name },
  spec,
});

/** What each of the two says; '' when it takes it. */
async function judge(object: object): Promise<{ ours: string; theirs: string }> {
  let ours = '';
  try {
    parseProfile(object);
  } catch (error) {
    ours = (error as Error).message;
  }
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(address, { method: 'POST', headers, body: JSON.stringify(object) });
  const { message } = (await answer.json()) as { message?: string };
  return { ours, theirs: answer.ok ? '' : (message ?? '') };
}

const ssh = (more: object, host: object = {}) => ({ launcher: { ssh: { hosts: [{ host: 'a', ...host }], ...more } } });
const pods = (engine: object, more: object = {}) => ({ engine, launcher: { pods: more } });

test.each([
  ['the least', { launcher: { pods: {} } }],
  ['no engines', { engines: 0, launcher: { local: {} } }],
  ['as many as slots', { engines: 5, ...ssh({}, { slots: 5 }) }],
  [
    'an IPv6 host',
    ssh({ keySecret: 'key', knownHosts: 'a ssh-ed25519 AAAA\n' }, { host: 'fe80::1%eth0', user: 'u', port: 22 }),
  ],
  [
    'many by PBS',
    {
      engines: 5000,
      launcher: { pbs: { queue: 'q@host', template: '#!/bin/sh\n{n}', site: { host: 'a', keyFile: '/k' } } },
    },
  ],
  ['MPI', { launcher: { mpi: { mpiexec: ['mpiexec', '--oversubscribe'], args: [''] } } }],
  ['quantities', pods({ resources: { requests: { cpu: 1, memory: '1.5Gi' }, limits: { cpu: '.5', memory: '1e9' } } })],
  ['texts of several lines', pods({ startupCommand: 'a\nb', env: [{ name: '_A1', value: '' }], workDir: '/w' })],
  [
    'tolerations',
    pods({}, { tolerations: [{ operator: 'Exists' }, { key: 'a', effect: 'NoExecute', tolerationSeconds: 0 }] }),
  ],
] as const)('both take %s', async (_what, spec) => {
  expect(await judge(profile(spec))).toEqual({ ours: '', theirs: '' });
});

test.each([
  [{ launcher: {} }, 'spec.launcher must have exactly one of pods, local, ssh, mpi, pbs'],
  [{ launcher: { pods: {}, local: {} } }, 'spec.launcher must have exactly one of pods, local, ssh, mpi, pbs'],
  [{ engine: { image: 'x' }, launcher: { local: {} } }, 'spec.engine.image is for the launcher pods only'],
  [{ engine: { resources: {} }, launcher: { local: {} } }, 'spec.engine.resources is for the launcher pods only'],
  [pods({ workDir: 'w' }), 'spec.engine.workDir of pods must begin with "/"'],
  [{ engines: 2, ...ssh({}) }, 'spec.engines is more than the slots of all spec.launcher.ssh.hosts'],
  [
    { engines: 1001, launcher: { local: {} } },
    'spec.engines may be more than 1000 with the launchers mpi and pbs only',
  ],
  [ssh({ keySecret: 'a', keyFile: 'b' }), 'spec.launcher.ssh has a keySecret and a keyFile; keep one of them'],
  [
    { launcher: { mpi: { site: { host: 'a', keySecret: 'a', keyFile: 'b' } } } },
    'spec.launcher.mpi.site has a keySecret and a keyFile',
  ],
  [
    { launcher: { pbs: { site: { host: 'a', keySecret: 'a', keyFile: 'b' } } } },
    'spec.launcher.pbs.site has a keySecret and a keyFile',
  ],
  [{ launcher: { pbs: { queue: '-q' } } }, 'expected the name of a queue'],
  [ssh({}, { host: '-oProxyCommand=x' }), 'expected the name or address of a host'],
  [ssh({}, { user: 'a b' }), 'expected the name of a user'],
  [ssh({ keySecret: 'A' }), 'expected the name of a Secret'],
  [pods({}, { serviceAccountName: 'a/b' }), 'expected the name of a ServiceAccount'],
  [pods({ image: 'a b' }), 'expected the name of an image'],
  [pods({ env: [{ name: '1', value: '' }] }), 'expected the name of an environment variable'],
  [
    pods({ env: [{ name: 'IPP_CONNECTION_INFO', value: '' }] }),
    'IPP_CONNECTION_INFO is how an engine is told its controller',
  ],
  [
    pods({}, { tolerations: [{ value: 'x' }] }),
    'a toleration with operator Exists has no value, and one with Equal has a key',
  ],
  [
    pods({}, { tolerations: [{ key: 'x', tolerationSeconds: 3 }] }),
    'tolerationSeconds of a toleration needs effect: NoExecute',
  ],
])('both refuse %j by the same rule', async (spec, message) => {
  const { ours, theirs } = await judge(profile(spec));
  expect(ours).toContain(message);
  expect(theirs).toContain(message);
});

test.each(['a.b', 'A', 'a'.repeat(45), '-a'])('both refuse the name %s', async (name) => {
  const { ours, theirs } = await judge(profile({ launcher: { pods: {} } }, name));
  expect(ours).toContain('metadata.name must be lower-case letters, digits and "-", at most 44 characters');
  expect(theirs).toMatch(/metadata\.name/);
});

test.each([
  ['nothing', undefined],
  ['text', 'x'],
  ['no launcher', { engines: 1 }],
  ['a negative number', { engines: -1, launcher: { local: {} } }],
  ['half an engine', { engines: 1.5, launcher: { local: {} } }],
  ['too many engines', { engines: 10_001, launcher: { pbs: {} } }],
  ['another kernel', pods({ kernel: 'r' })],
  ['an unknown launcher', { launcher: { slurm: {} } }],
  ['an unknown member', pods({ imagePolicy: 'x' })],
  ['no hosts', { engines: 0, launcher: { ssh: { hosts: [] } } }],
  ['no slots', ssh({}, { slots: 0 })],
  ['a port beyond', ssh({}, { port: 65_536 })],
  ['no words', { launcher: { mpi: { mpiexec: [] } } }],
  ['a word that is none', pods({ args: [1] })],
  ['NUL', pods({ args: ['a\0b'] })],
  ['a quantity that is none', pods({ resources: { limits: { memory: 'lots' } } })],
  [
    'a variable twice',
    pods({
      env: [
        { name: 'A', value: '1' },
        { name: 'A', value: '2' },
      ],
    }),
  ],
  ['a variable without value', pods({ env: [{ name: 'A' }] })],
  ['too long a text', pods({ startupCommand: 'x'.repeat(65_537) })],
])('both refuse %s', async (_what, spec) => {
  const { ours, theirs } = await judge(profile(spec));
  expect(ours).not.toBe('');
  expect(theirs).toMatch(/spec|invalid/);
});

test('kubectl scale is held to the same rules', async () => {
  await kubectl.apply(profile({ engines: 1, ...ssh({}, { slots: 2 }) }, 'scaled'));
  await kubectl.run(['scale', 'mcp', 'scaled', '--replicas=2']);
  expect(await kubectl.get('mcp/scaled')).toMatchObject({ spec: { engines: 2 } });
  const { code, output } = await kubectl.attempt(['scale', 'mcp', 'scaled', '--replicas=3']);
  expect(code).not.toBe(0);
  expect(output).toContain('spec.engines is more than the slots of all spec.launcher.ssh.hosts');
  expect(await kubectl.run(['get', 'mcp', 'scaled'])).toMatch(
    /^NAME\s+LAUNCHER\s+DESIRED\s+LAUNCHED\s+REGISTERED\s+READY\s+AGE\n/,
  );
});
