// The config file of a program in a profile's folder.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MusterError } from '@muster/protocol';
import type { ConfigProgram } from '../class-tree.ts';
import { isMissing } from '../files.ts';
import { profileLabel, reason } from '../profiles.ts';

export const configExtensions = ['ts', 'mts', 'js', 'mjs', 'json', 'yaml', 'yml'] as const;

export interface FoundConfig {
  readonly path?: string;
  /** Where there is one in Python only. */
  readonly warning?: string;
}

/** Looks once into the folder, which need not exist. Throws MusterError `bad_config` when there are two, or it cannot be read. */
export function findConfigFile(profileDir: string, program: ConfigProgram): FoundConfig {
  const there = new Set(listFolder(profileDir));
  const [path, second] = configExtensions
    .map((extension) => `${program}_config.${extension}`)
    .filter((name) => there.has(name))
    .map((name) => join(profileDir, name));
  if (second !== undefined)
    throw new MusterError(
      'bad_config',
      `${path} and ${second} are both config files of ${program}.`,
      'Keep one of them.',
    );
  if (path !== undefined) return { path };
  const python = `${program}_config.py`;
  if (!there.has(python) || !setsSomething(join(profileDir, python))) return {};
  const label = profileLabel(profileDir);
  const command = `muster profile import ${label === profileDir ? '--profile-dir' : '--profile'}=${label}`;
  return { warning: `${join(profileDir, python)} is Python and is not read. To take its settings over: ${command}` };
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw new MusterError(
      'bad_config',
      `The profile folder ${folder} cannot be read: ${reason(error)}.`,
      'Check its owner and its permissions, or choose another --profile-dir.',
    );
  }
}

/** As ipyparallel makes them, there is nothing in them but comments. */
function setsSomething(path: string): boolean {
  try {
    const lines = readFileSync(path, 'utf8').split('\n');
    return lines.some((line) => !/^\s*(#|$|c = get_config\(\))/.test(line));
  } catch {
    return false;
  }
}
