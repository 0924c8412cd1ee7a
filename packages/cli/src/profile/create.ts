// muster profile create: the folder, and a config file for each program, with every setting explained.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { configPrograms, ensureProfile, type SettingsOf } from '@muster/config';
import { chooseProfile } from './choose.ts';
import { configFilesOf, putAside, writeConfigFile } from './config-files.ts';
import type { createSettings } from './settings.ts';
import { templateOf } from './tables.ts';

export async function createProfile(
  values: SettingsOf<typeof createSettings>,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const { dir, label } = chooseProfile(values, words, env);
  const isNew = !existsSync(dir);
  ensureProfile(dir);
  const lines = [`Profile ${label}: ${dir}${isNew ? '' : ' (was there)'}`];
  for (const program of configPrograms) {
    const there = configFilesOf(dir, program);
    if (there.length > 0 && !values.reset) {
      lines.push(...there.map((path) => `  kept  ${path}`));
      continue;
    }
    const aside = there.map((path) => `  kept the old one as ${putAside(path)}`);
    const path = join(dir, `${program}_config.ts`);
    writeConfigFile(path, await templateOf(program));
    lines.push(`  made  ${path}`, ...aside);
  }
  const isDefault = label === 'default';
  lines.push(
    `Start it: ipcluster start -n 4${isDefault ? '' : label === dir ? ` --profile-dir=${dir}` : ` --profile=${label}`}`,
  );
  process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}
