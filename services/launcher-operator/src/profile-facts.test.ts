import type { ProfileSpec } from '@muster/cluster-profile';
import { parseProfile } from '@muster/cluster-profile';
import type { EngineLauncher } from '@muster/launchers';
import { createSites, createSshEngineLauncher } from '@muster/launchers';
import { expect, test } from 'vitest';
import { emptyStatus } from './core/index.ts';
import { buildProfile, templateHash } from './profile-facts.ts';

const specOf = (spec: object): ProfileSpec =>
  parseProfile({ apiVersion: 'muster.dev/v1alpha1', kind: 'ClusterProfile', metadata: { name: 'a' }, spec }).spec;

test('counts and places are not part of the template; engine and launcher are', () => {
  const hash = (hosts: object[], more: object = {}) =>
    templateHash(specOf({ engines: hosts.length, launcher: { ssh: { hosts, ...more } } }));
  const one = hash([{ host: 'a' }]);
  expect(hash([{ host: 'a', slots: 4 }, { host: 'b' }])).toBe(one);
  expect(hash([{ host: 'a' }], { keyFile: '/k' })).not.toBe(one);
  expect(templateHash(specOf({ launcher: { local: {} } }))).not.toBe(templateHash(specOf({ launcher: { pods: {} } })));
  const engine = (env: object[]) => templateHash(specOf({ engine: { env }, launcher: { local: {} } }));
  expect(engine([{ name: 'A', value: '1' }])).toBe(engine([{ value: '1', name: 'A' }]));
  expect(engine([{ name: 'A', value: '1' }])).not.toBe(engine([{ name: 'A', value: '2' }]));
});

test('a launch finds a host with a free slot, or none; one on a host that is not named any more is not accepted', () => {
  const launcher = createSshEngineLauncher(createSites()) as EngineLauncher;
  const stored = {
    ...{ name: 'a', uid: '', generation: 1, problem: '', deleting: false, held: true, status: emptyStatus },
  };
  const profileWith = (...hosts: object[]) => {
    const spec = specOf({ engines: 2, launcher: { ssh: { hosts } } });
    return buildProfile({ ...stored, spec }, spec, launcher);
  };
  const before = profileWith({ host: 'a' }, { host: 'b', user: 'u' });
  const first = before.launcher.plan('a-00000', 1, []);
  const second = before.launcher.plan('a-00001', 1, 'handle' in first ? [first.handle] : []);
  if (!('handle' in first) || !('handle' in second)) throw new Error('there is a place for both');
  expect(before.launcher.plan('a-00002', 1, [first.handle, second.handle])).toMatchObject({
    refused: { reason: 'NotEnoughSlots', message: expect.stringContaining('2 slots') },
  });
  expect([first.handle, second.handle].map(before.launcher.accepts)).toEqual([true, true]);
  const after = profileWith({ host: 'a', slots: 2 });
  expect([first.handle, second.handle].map(after.launcher.accepts)).toEqual([true, false]);
});
