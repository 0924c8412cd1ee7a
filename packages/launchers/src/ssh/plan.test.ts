import { expect, test } from 'vitest';
import { checkEngineHosts, checkFilePairs, checkNamespace } from '../settings-checks.ts';
import { countSlots, parseLocation, planHosts, remoteProfileDir } from './plan.ts';

test.each([
  ['node1', { host: 'node1' }],
  ['you@node1', { host: 'node1', user: 'you' }],
  ['you@node1.example:2222', { host: 'node1.example', user: 'you', port: 2222 }],
  ['[fe80::1]:22', { host: 'fe80::1', port: 22 }],
] as const)('%s is a host', (text, site) => expect(parseLocation(text)).toEqual(site));

test('the user of the settings is for hosts that name none', () => {
  expect(parseLocation('node1', 'you')).toEqual({ host: 'node1', user: 'you' });
  expect(parseLocation('me@node1', 'you')).toEqual({ host: 'node1', user: 'me' });
});

test.each(['', '-oProxyCommand=id', 'a b', 'node1:99999', 'a@b@c', 'x;id', 'node1:x'])('%j is none', (text) =>
  expect(() => parseLocation(text)).toThrow(/is not/),
);

const engines = {
  host1: 2,
  'you@host2:2222': [1, ['--profile-dir=/own']],
  host3: { n: 3, engine_cmd: ['/opt/ipengine'] },
  host4: 0,
};

test('hosts are filled in their order, up to n', () => {
  expect(planHosts(engines, 6)).toEqual([
    { host: 'host1', site: { host: 'host1' }, n: 2 },
    { host: 'you@host2:2222', site: { host: 'host2', user: 'you', port: 2222 }, n: 1, args: ['--profile-dir=/own'] },
    { host: 'host3', site: { host: 'host3' }, n: 3, args: undefined, program: ['/opt/ipengine'] },
  ]);
  expect(planHosts(engines, 3).map(({ n }) => n)).toEqual([2, 1]);
  expect(countSlots(engines)).toBe(6);
  expect(() => planHosts(engines, 7)).toThrow('has room for 6 engines, and 7 were asked for');
  expect(() => planHosts(undefined, 1)).toThrow('names no hosts');
  expect(() => planHosts({}, 1)).toThrow('names no hosts');
});

test.each([
  [['--profile-dir=/x'], '', '/x'],
  [['--profile-dir', '/x', '--ProfileDir.location=/y'], '', '/y'],
  [['--profile-dir=rel'], '/set', '~/rel'],
  [[], '.ipython/profile_z', '~/.ipython/profile_z'],
  [[], '~/z', '~/z'],
  [[], '', '~/.ipython/profile_a'],
])('the profile folder there: %j, %j', (args, setting, path) =>
  expect(remoteProfileDir(args, setting, '/home/you/.ipython/profile_a', '/home/you/')).toBe(path),
);

test('a profile outside of the home folder is at the same place there', () => {
  expect(remoteProfileDir([], '', '/home/younger/p', '/home/you')).toBe('/home/younger/p');
  expect(remoteProfileDir([], '', '/data/p', '/')).toBe('/data/p');
});

test('settings that cannot be are refused, with what is wrong', () => {
  expect(checkEngineHosts(engines)).toBeUndefined();
  for (const [bad, why] of [
    [['host1'], 'a number of engines for each host'],
    [{ 'a b': 1 }, '"a b" is not'],
    [{ host1: -1 }, '"host1"'],
    [{ host1: 1.5 }, '"host1"'],
    [{ host1: [1, 'x'] }, '[arguments]'],
    [{ host1: { m: 1 } }, 'not m'],
    [{ '-x': 1 }, '"-x" is not'],
  ] as const)
    expect(checkEngineHosts(bad)).toContain(why);
  expect(checkFilePairs([])).toBeUndefined();
  expect(checkFilePairs([['a', 'b']])).toBeUndefined();
  for (const bad of [{}, ['a'], [['a']], [['a', 'b', 'c']], [['', 'b']], [[1, 2]]])
    expect(checkFilePairs(bad)).toContain('pairs');
  expect(checkNamespace({ walltime: '1:00:00', ppn: 4 })).toBeUndefined();
  expect(checkNamespace({ 'a-b': 1 })).toContain('"a-b"');
  expect(checkNamespace({ a: [] })).toContain('a is neither');
  expect(checkNamespace([])).toContain('a value for each name');
});
