// muster profile import: config files of Python, as far as they are plain assignments, become ours.

import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type ConfigProgram, configPrograms, ensureProfile, type SettingsOf } from '@muster/config';
import { MusterError } from '@muster/protocol';
import { chooseExisting, chooseProfile } from './choose.ts';
import { configFilesOf, putAside, readConfigText, writeConfigFile } from './config-files.ts';
import type { importSettings } from './settings.ts';
import { setsNothing, type TakenOver, takeOver } from './take-over.ts';

export async function importProfile(
  values: SettingsOf<typeof importSettings>,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const { dir } = words.length > 0 ? chooseProfile(values, [], env) : chooseExisting(values, [], env);
  const sources = words.length > 0 ? words.map(named) : inFolder(dir);
  const twice = sources.find((one, i) => sources.findIndex(({ program }) => program === one.program) < i);
  if (twice !== undefined)
    throw new MusterError(
      'bad_option',
      `Two files are config files of ${twice.program}.`,
      'Import them into profiles of their own.',
    );
  // Everything is read and looked at before anything is written.
  const found: (TakenOver & { target: string })[] = [];
  for (const { path, program } of sources) {
    const taken = await takeOver(path, program, readConfigText(path));
    found.push({ ...taken, target: join(dir, `${program}_config.ts`) });
    if (taken.settings.length > 0) await refuseOverwrite(dir, program, values.reset);
  }
  ensureProfile(dir);
  for (const one of found) process.stdout.write(write(dir, one));
  return 0;
}

interface Source {
  readonly path: string;
  readonly program: ConfigProgram;
}

function named(path: string): Source {
  const program = configPrograms.find((one) => basename(path).startsWith(one));
  if (program !== undefined) return { path, program };
  const names = configPrograms.map((one) => `${one}_config.py`).join(', ');
  throw new MusterError(
    'bad_option',
    `${path}: its name does not say whose settings it has.`,
    `Name it one of: ${names}.`,
  );
}

function inFolder(dir: string): Source[] {
  const there = configPrograms
    .map((program) => ({ program, path: join(dir, `${program}_config.py`) }))
    .filter(({ path }) => existsSync(path));
  if (there.length > 0) return there;
  const names = configPrograms.map((program) => `${program}_config.py`).join(', ');
  throw new MusterError('bad_config', `In ${dir} is none of ${names}.`, 'Name a file: muster profile import FILE');
}

async function refuseOverwrite(dir: string, program: ConfigProgram, isReset: boolean): Promise<void> {
  const inUse = configFilesOf(dir, program).find((path) => !path.endsWith('.ts') || !setsNothing(readConfigText(path)));
  if (inUse === undefined || isReset) return;
  throw new MusterError(
    'bad_option',
    `${inUse} sets something already.`,
    'To replace it: --reset. The old one is then kept under another name.',
  );
}

/** Writes one and says what was done. */
function write(
  dir: string,
  { path, program, target, text, settings, leftOut }: TakenOver & { target: string },
): string {
  const lines = [
    `${path}: ${count(settings.length, 'setting')} taken over, ${count(leftOut.length, 'place')} left out.`,
  ];
  if (settings.length > 0) {
    for (const old of configFilesOf(dir, program)) {
      const isTemplate = old.endsWith('.ts') && setsNothing(readConfigText(old));
      if (!isTemplate) lines.push(`  kept the old one as ${putAside(old)}`);
    }
    writeConfigFile(target, text);
    lines.push(`  made  ${target}`);
  }
  lines.push(...leftOut.map(({ line, source, why }) => `  line ${line}: ${source}\n      left out: ${why}`));
  return `${lines.join('\n')}\n`;
}

const count = (n: number, what: string): string => `${n === 0 ? 'no' : n} ${what}${n === 1 ? '' : 's'}`;
