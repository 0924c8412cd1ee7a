import { parseProfile } from '@muster/cluster-profile';
import { expect, test } from 'vitest';
import { buildEnginePod, profileOfLaunch } from './engine-pod.ts';

const options = {
  connectionSecret: 'muster-connection',
  images: { node: 'localhost/engine-node:1', python: 'localhost/engine-python:1' },
};
const owner = {
  apiVersion: 'muster.dev/v1alpha1',
  kind: 'ClusterProfile',
  name: 'lab',
  uid: 'u-1',
  controller: true,
  blockOwnerDeletion: false,
};

/** The pod of a launch of a profile with this spec. */
function podOf(spec: object, more: object = {}) {
  const profile = parseProfile({
    apiVersion: 'muster.dev/v1alpha1',
    kind: 'ClusterProfile',
    metadata: { name: 'lab' },
    spec: { launcher: { pods: {} }, ...spec },
  });
  const { engine, launcher } = profile.spec;
  const handle = { launcher: 'pods', id: 'lab-x7k2p', n: 1 };
  return buildEnginePod({ handle, spec: launcher.pods!, engine, connection: 'SECRET' }, { ...options, ...more });
}

test('the smallest profile', async () => {
  await expect(`${JSON.stringify(podOf({}), null, 2)}\n`).toMatchFileSnapshot('./fixtures/smallest.json');
});

test('a profile with everything', async () => {
  const spec = {
    engine: {
      kernel: 'python',
      image: 'localhost/own:2',
      resources: { requests: { cpu: '250m' }, limits: { memory: '1Gi', 'nvidia.com/gpu': 1 } },
      env: [{ name: 'PRICE', value: '$(HOME) costs $$5' }],
      args: ['--log-level=DEBUG'],
      startupCommand: 'import os\nprint("$(PATH)")',
      workDir: '/data',
    },
    launcher: {
      pods: {
        imagePullPolicy: 'Never',
        serviceAccountName: 'engines',
        nodeSelector: { disk: 'ssd' },
        tolerations: [{ key: 'gpu', operator: 'Exists', effect: 'NoSchedule' }],
      },
    },
  };
  await expect(`${JSON.stringify(podOf(spec, { owner }), null, 2)}\n`).toMatchFileSnapshot(
    './fixtures/everything.json',
  );
});

test('a program in place of the own one; HOME of the profile', () => {
  const [engine] = podOf({ engine: { command: ['/opt/engine', '-v'], env: [{ name: 'HOME', value: '/h' }] } }).spec
    .containers;
  expect(engine!.command).toEqual(['/opt/engine', '-v', '--Session.session=lab-x7k2p-0']);
  expect(engine!.env!.map(({ name }) => name)).toEqual(['HOME', 'IPP_CONNECTION_INFO']);
});

test('no image at all', () => {
  const images = { node: '', python: '' };
  expect(() => podOf({}, { images })).toThrow(
    expect.objectContaining({ code: 'bad_option', remedy: expect.stringContaining('--engine-image-node') }),
  );
});

test('the text of the connection file is nowhere in the pod', () => {
  expect(JSON.stringify(podOf({}))).not.toContain('SECRET');
});

test('the profile of a launch', () => {
  expect(profileOfLaunch('my-lab-x7k2p')).toBe('my-lab');
});
