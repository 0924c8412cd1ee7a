// Profiles that people copy are profiles.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { launcherNames, launcherOf, parseProfiles } from '@muster/cluster-profile';
import { expect, test } from 'vitest';

const folder = join(import.meta.dirname, '../../charts/muster/examples');

test('there is an example of each launcher, named after it', () => {
  expect(readdirSync(folder).sort()).toEqual(launcherNames.map((name) => `${name}.yaml`).sort());
});

test.each(launcherNames)('%s.yaml', (name) => {
  const profiles = parseProfiles(readFileSync(join(folder, `${name}.yaml`), 'utf8'), `${name}.yaml`);
  expect(profiles.map(({ spec }) => launcherOf(spec))).toEqual([name]);
});
