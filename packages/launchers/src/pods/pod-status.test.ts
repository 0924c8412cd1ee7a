import type { ContainerState, PodStatus } from '@muster/kube';
import { expect, test } from 'vitest';
import { podStatus } from './pod-status.ts';

const seen = (status: PodStatus, metadata: object = {}) =>
  podStatus({ metadata: { name: 'p', ...metadata }, spec: { containers: [] }, status });
const container = (phase: NonNullable<PodStatus['phase']>, state: ContainerState, more: PodStatus = {}) =>
  seen({
    phase,
    containerStatuses: [{ name: 'engine', state }],
    conditions: [{ type: 'PodScheduled', status: 'True' }],
    ...more,
  });
const engine = (state: string, reason: unknown = '') => ({ engines: [{ state, reason }] });

test('the way of a pod that is well', () => {
  expect(podStatus(undefined)).toMatchObject(engine('absent'));
  expect(seen({ phase: 'Pending' })).toMatchObject(engine('queued'));
  expect(container('Pending', { waiting: { reason: 'ContainerCreating' } })).toMatchObject({
    ...engine('starting', 'ContainerCreating'),
    reason: '',
  });
  expect(container('Running', { running: {} })).toEqual({ ...engine('running'), reason: '', logTail: '' });
  expect(container('Succeeded', { terminated: { exitCode: 0, reason: 'Completed', message: 'bye' } })).toEqual({
    ...engine('ended', 'status 0'),
    reason: '',
    logTail: '',
  });
  expect(seen({ phase: 'Running' }, { deletionTimestamp: 'now' })).toMatchObject(
    engine('ended', 'its pod is being deleted'),
  );
});

test('no node takes it', () => {
  const conditions = [
    {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message: '0/1 nodes are available: 1 Insufficient cpu.',
    },
  ];
  const told =
    'Unschedulable: 0/1 nodes are available: 1 Insufficient cpu. (free or add nodes, or ask for less in spec.engine.resources)';
  expect(seen({ phase: 'Pending', conditions })).toMatchObject({ ...engine('queued', told), reason: told });
});

test.each([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'CreateContainerConfigError',
  'CrashLoopBackOff',
])('it cannot start: %s', (reason) => {
  const told = container('Pending', { waiting: { reason, message: 'Container image "x" is not present' } });
  expect(told.engines[0]).toMatchObject({
    state: 'starting',
    reason: expect.stringMatching(`^${reason}: Container image "x" is not present \\(.+\\)$`),
  });
  expect(told.reason).toBe(told.engines[0]!.reason);
});

test('how it ended, with the end of its log', () => {
  expect(container('Failed', { terminated: { exitCode: 1, reason: 'Error', message: 'no controller' } })).toEqual({
    ...engine('ended', 'status 1'),
    reason: '',
    logTail: 'no controller',
  });
  expect(
    container('Failed', { terminated: { exitCode: 137, reason: 'OOMKilled', message: 'x'.repeat(5000) } }),
  ).toEqual({
    ...engine('ended', 'OOMKilled (it used more memory than it may: raise spec.engine.resources.limits.memory)'),
    reason: '',
    logTail: 'x'.repeat(2000),
  });
  expect(container('Failed', { terminated: { exitCode: 255, signal: 9 } })).toMatchObject(engine('ended', 'signal 9'));
  expect(seen({ phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory.' })).toMatchObject(
    engine('ended', expect.stringMatching(/^Evicted: The node was low on memory\. \(.*requests/)),
  );
  expect(seen({ phase: 'Failed' })).toMatchObject(engine('ended', 'the pod ended, and its container never ran'));
});

test('a node that does not answer', () => {
  expect(seen({ phase: 'Unknown' })).toMatchObject(engine('unknown', 'its node does not answer'));
});
