// muster profile create: the folder, and a config file for each program, with every setting explained.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ConfigProgram, configPrograms, ensureProfile, type SettingsOf } from '@muster/config';
import { readPythonConfig } from '@muster/config/python-config';
import { chooseProfile } from './choose.ts';
import { configFilesOf, putAside, readConfigText, writeConfigFile } from './config-files.ts';
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
  const python: string[] = [];
  for (const program of configPrograms) {
    if (setsInPython(dir, program)) python.push(`${program}_config.py`);
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
  const option = label === 'default' ? '' : label === dir ? ` --profile-dir=${dir}` : ` --profile=${label}`;
  if (python.length > 0)
    lines.push(
      `Settings in Python (${python.join(', ')}) are not read. To take them over: muster profile import${option}`,
    );
  lines.push(`Start it: ipcluster start -n 4${option}`);
  process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}

/** A config file of Python that is more than comments. */
function setsInPython(dir: string, program: ConfigProgram): boolean {
  const path = join(dir, `${program}_config.py`);
  if (!existsSync(path)) return false;
  const { assignments, leftOut } = readPythonConfig(readConfigText(path));
  return assignments.length + leftOut.length > 0;
}
