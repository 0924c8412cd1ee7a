// The commands for real, on a folder of their own; and their edits of files that people wrote.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Commands, createCommands } from '../testing/commands.ts';
import { setEngines, splitProfiles, withoutProfile, withProfile } from './edit-file.ts';

const profile = (name: string, engines = 1): string => `# ${name}: for lectures
apiVersion: muster.dev/v1alpha1
kind: ClusterProfile
metadata: {name: ${name}}
spec:
  engines: ${engines} # at least
  launcher: {local: {}}
`;

let commands: Commands;
beforeEach(() => {
  commands = createCommands();
});
afterEach(() => commands.dispose());

const inFolder = (file: string): string => join(commands.profileDir, 'clusters', file);

test('apply, get, scale, delete', async () => {
  const file = join(commands.folder, 'a.yaml');
  writeFileSync(file, profile('a', 2));
  const applied = await commands.run('muster', 'apply', '-f', file);
  expect(applied).toMatchObject({ status: 0, out: 'profile a created\n' });
  expect(applied.err).toContain(`muster service launcher-operator --profiles=${join(commands.profileDir, 'clusters')}`);
  expect((await commands.run('muster', 'apply', '-f', file)).out).toBe('profile a unchanged\n');
  expect(readFileSync(inFolder('a.yaml'), 'utf8')).toBe(profile('a', 2));

  const table = await commands.run('muster', 'get');
  expect(table.out).toMatch(
    /^NAME +LAUNCHER +DESIRED +LAUNCHED +REGISTERED +READY +AGE +MESSAGE\na +local +2 +0 +0 +Unknown/,
  );
  const [shown] = JSON.parse((await commands.run('muster', 'get', 'a', '--json')).out) as object[];
  expect(shown).toMatchObject({ name: 'a', launcher: 'local', desired: 2, file: 'a.yaml' });

  expect((await commands.run('muster', 'scale', 'a', '--engines=5')).out).toBe(
    'profile a scaled from 2 to 5 engines\n',
  );
  expect(readFileSync(inFolder('a.yaml'), 'utf8')).toBe(profile('a', 5));
  expect((await commands.run('muster', 'delete', 'a')).out).toContain('profile a deleted');
  expect(existsSync(inFolder('a.yaml'))).toBe(false);
}, 60_000);

test.each([
  ['apply', 1, 'Which file?'],
  ['apply -f no-such.yaml', 1, 'cannot be read'],
  ['scale', 1, 'Which profile?'],
  ['scale none', 1, 'How many engines?'],
  ['scale none --engines=2', 1, "no profile 'none'"],
  ['scale none --engines=-1', 1, 'from 0'],
  ['delete none', 1, 'muster apply -f FILE'],
  ['get none', 1, "no profile 'none'"],
])('muster %s ends with status %i and says what to do', async (line, status, text) => {
  expect(await commands.run('muster', ...line.split(' '))).toMatchObject({
    status,
    err: expect.stringContaining(text),
  });
});

test('a bad profile changes nothing; a bad file in the folder is told', async () => {
  const file = join(commands.folder, 'a.yaml');
  writeFileSync(file, profile('a').replace('local: {}', 'local: {}, pods: {}'));
  const refused = await commands.run('muster', 'apply', '-f', file);
  expect(refused).toMatchObject({ status: 1, err: expect.stringContaining('exactly one of') });
  mkdirSync(join(commands.profileDir, 'clusters'), { recursive: true });
  writeFileSync(inFolder('broken.yaml'), 'kind: [');
  const listed = await commands.run('muster', 'get');
  expect(listed).toMatchObject({ status: 0, err: expect.stringContaining('broken.yaml') });
}, 30_000);

test('one profile of several in a file is changed, the others and their comments stay', () => {
  const both = `${profile('a')}---\n${profile('b')}`;
  expect(setEngines(both, 'b', 7, 'x')).toContain('engines: 7 # at least');
  expect(setEngines(both, 'b', 7, 'x').startsWith(profile('a'))).toBe(true);
  expect(withoutProfile(both, 'a')).toBe(profile('b'));
  expect(withoutProfile(both, 'b')).toBe(profile('a'));
  expect(withoutProfile(profile('a'), 'a')).toBeUndefined();
  const replaced = withProfile(both, 'a', profile('a', 3), 'x');
  expect(splitProfiles(replaced, 'x').map(({ name }) => name)).toEqual(['a', 'b']);
  expect(replaced).toContain('engines: 3');
  const json = JSON.stringify({
    apiVersion: 'muster.dev/v1alpha1',
    kind: 'ClusterProfile',
    metadata: { name: 'a' },
    spec: { launcher: { local: {} } },
  });
  expect(JSON.parse(setEngines(json, 'a', 4, 'x'))).toMatchObject({ spec: { engines: 4, launcher: { local: {} } } });
});
