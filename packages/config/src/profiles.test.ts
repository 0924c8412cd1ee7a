import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureProfile, listProfileDirs, profileLabel, resolveProfileDir } from './profiles.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-profiles-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  [{}, {}, '/h/.ipython/profile_default'],
  [{ profile: 'p' }, {}, '/h/.ipython/profile_p'],
  [{ profile: 'p' }, { IPYTHONDIR: '/i' }, '/i/profile_p'],
  [{ profile: 'p', ipythonDir: '/j' }, { IPYTHONDIR: '/i' }, '/j/profile_p'],
  [{ profile: 'p' }, { IPP_PROFILE_DIR: '/e' }, '/e'],
  [{ profileDir: '/d', profile: 'p' }, { IPP_PROFILE_DIR: '/e' }, '/d'],
  [{ profileDir: '~/d' }, {}, '/h/d'],
  [
    { profileDir: '', profile: '', ipythonDir: '' },
    { IPYTHONDIR: '', IPP_PROFILE_DIR: '' },
    '/h/.ipython/profile_default',
  ],
])('%j with %j is %s (§1.1)', (choice, env, expected) => {
  expect(resolveProfileDir(choice, { HOME: '/h', ...env })).toBe(expected);
});

test.each(['../x', 'a/b', 'a\\b', 'a\0b'])('profile %j is refused', (profile) => {
  expect(() => resolveProfileDir({ profile }, {})).toThrow(expect.objectContaining({ code: 'bad_option' }));
});

test('a profile has its folders, security for the owner only, however often it is made', () => {
  const dir = join(folder, 'deep', 'profile_x');
  ensureProfile(dir);
  ensureProfile(dir);
  for (const part of ['db', 'log', 'pid', 'startup', 'static']) expect(existsSync(join(dir, part))).toBe(true);
  expect(statSync(join(dir, 'security')).mode & 0o777).toBe(0o700);
});

test('a profile that cannot be made is a clear error', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => ensureProfile(join(folder, 'file', 'profile_x'))).toThrow(
    expect.objectContaining({ code: 'profile_unusable', message: expect.stringContaining('profile_x') }),
  );
});

test('profiles are listed by folder, and named as --profile names them', () => {
  ensureProfile(join(folder, 'profile_b'));
  ensureProfile(join(folder, 'profile_a'));
  writeFileSync(join(folder, 'profile_file'), '');
  expect(listProfileDirs(folder).map(profileLabel)).toEqual(['a', 'b']);
  expect(listProfileDirs(join(folder, 'none'))).toEqual([]);
  expect(profileLabel('/some/where')).toBe('/some/where');
});
