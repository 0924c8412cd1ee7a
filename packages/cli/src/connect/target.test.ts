import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { claimProfile, defaultsOf, ensureProfile } from '@muster/config';
import { temporaryFolder } from '@muster/testkit';
import { expect, test } from 'vitest';
import { throughLoopback } from './run.ts';
import { type ConnectValues, connectSettings } from './settings.ts';
import { chooseTarget, writeTarget } from './target.ts';
import { someConnection } from './testing/some-connection.ts';

const values = (more: Partial<ConnectValues> = {}): ConnectValues => ({ ...defaultsOf(connectSettings), ...more });

test.each<[Partial<ConnectValues>, string, string, string]>([
  [{}, 'profile_default/security/ipcontroller-client.json', '', ''],
  [{ profile: 'lab' }, 'profile_lab/security/ipcontroller-client.json', 'profile="lab"', "{ profile: 'lab' }"],
  [
    { profile: 'lab', clusterId: 'x' },
    'profile_lab/security/ipcontroller-x-client.json',
    'profile="lab", cluster_id="x"',
    "{ profile: 'lab', clusterId: 'x' }",
  ],
])('%j goes into the profile, where clients find it', async (choice, path, python, typescript) => {
  await using folder = await temporaryFolder('connect');
  const target = chooseTarget(values(choice), { IPYTHONDIR: folder.path });
  expect(target).toEqual({ file: join(folder.path, path), python, typescript });
  writeTarget(target.file, 'text');
  expect(statSync(target.file).mode & 0o777).toBe(0o600);
});

test('a file of its own needs a folder that is there, and no profile', async () => {
  await using folder = await temporaryFolder('connect');
  const file = join(folder.path, 'lab.json');
  const env = { IPYTHONDIR: join(folder.path, 'ipython') };
  expect(chooseTarget(values({ file }), env)).toMatchObject({ file, python: JSON.stringify(file) });
  expect(existsSync(env.IPYTHONDIR)).toBe(false);
  expect(() => chooseTarget(values({ file: join(folder.path, 'no/lab.json') }), env)).toThrow('does not exist');
});

test('the file of a controller that runs here is left alone', async () => {
  await using folder = await temporaryFolder('connect');
  const env = { IPYTHONDIR: folder.path };
  const profileDir = join(folder.path, 'profile_default');
  ensureProfile(profileDir);
  const claim = claimProfile(profileDir, '');
  expect(() => chooseTarget(values(), env)).toThrow(expect.objectContaining({ code: 'profile_in_use' }));
  expect(chooseTarget(values({ clusterId: 'kube' }), env).file).toContain('ipcontroller-kube-client.json');
  claim.release();
  expect(chooseTarget(values(), env).file).toContain('ipcontroller-client.json');
});

test('through the loopback only address and ports change', () => {
  const through = throughLoopback(someConnection, (port) => port + 1000);
  const { interface: address, location, ...rest } = through;
  expect([address, location]).toEqual(['tcp://127.0.0.1', '127.0.0.1']);
  const before = Object.entries(someConnection).filter(([key]) => key !== 'interface' && key !== 'location');
  const moved = before.map(([key, value]) => [key, typeof value === 'number' ? value + 1000 : value]);
  expect(rest).toEqual(Object.fromEntries(moved));
});
