// The folder of profiles as the commands see it: what its files say, and what the operator made of them.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterProfile } from '@muster/cluster-profile';
import type { SettingsOf } from '@muster/config';
import { isRunning } from '@muster/config';
import type { ProfileFile, ProfileState } from '@muster/launcher-operator/files';
import {
  profilesFolder,
  readOperatorSign,
  readProfileFiles,
  readState,
  stateNames,
} from '@muster/launcher-operator/files';
import { MusterError } from '@muster/protocol';
import type { deleteSettings } from './settings.ts';

export type FolderValues = SettingsOf<typeof deleteSettings>;

export interface ProfilesFolder {
  readonly path: string;
  readonly files: readonly ProfileFile[];
  /** The file that has it. */
  find(name: string): { readonly file: ProfileFile; readonly profile: ClusterProfile } | undefined;
  stateOf(name: string): ProfileState | undefined;
  /** Names of all profiles, also of those whose engines are still being ended. */
  names(): readonly string[];
  /** For people: why nothing may come of it; undefined when an operator looks. */
  unattended(nowMs: number): string | undefined;
}

/** An operator signs every ten seconds; slower ones are set so. */
const silenceMs = 60_000;

/** Makes the folder when it is missing. Throws MusterError `profile_unusable`. */
export async function openFolder(values: FolderValues, env: NodeJS.ProcessEnv): Promise<ProfilesFolder> {
  const path = profilesFolder(values.profiles, values, env);
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new MusterError('profile_unusable', `The folder ${path} cannot be made: ${(error as Error).message}`);
  }
  const files = await readProfileFiles(path);
  return {
    path,
    files,
    find(name) {
      for (const file of files) {
        const profile = file.profiles.find(({ metadata }) => metadata.name === name);
        if (profile !== undefined) return { file, profile };
      }
      return undefined;
    },
    stateOf: (name) => readState(path, name),
    names() {
      const named = files.flatMap(({ profiles }) => profiles.map(({ metadata }) => metadata.name));
      return [...new Set([...named, ...stateNames(path)])].sort();
    },
    unattended(nowMs) {
      const sign = readOperatorSign(path);
      const command = `muster service launcher-operator --profiles=${path}`;
      if (sign === undefined) return `No operator looks at ${path}, so nothing comes of it. Start one: ${command}`;
      const age = nowMs - sign.atMs;
      if (age < silenceMs && isRunning({ pid: sign.pid })) return undefined;
      return `No operator has looked at ${path} for ${Math.round(age / 1000)} s. Start one: ${command}`;
    },
  };
}

export const filePath = (folder: ProfilesFolder, file: string): string => join(folder.path, file);

/** The name of the profile that a command is about. Throws MusterError. */
export function oneName(words: readonly string[], command: string): string {
  const [name, ...more] = words;
  if (name !== undefined && more.length === 0) return name;
  throw new MusterError(
    'bad_option',
    name === undefined ? 'Which profile?' : 'One profile at a time.',
    `Usage: muster ${command} NAME. muster get lists them.`,
  );
}

/** Throws MusterError `bad_option`, also when its file cannot be understood. */
export function findProfile(folder: ProfilesFolder, name: string) {
  const found = folder.find(name);
  if (found !== undefined) return found;
  const broken = folder.files.find(({ file }) => file === folder.stateOf(name)?.file && file !== undefined);
  if (broken !== undefined && broken.problem !== '')
    throw new MusterError('profile_invalid', broken.problem, `Correct ${filePath(folder, broken.file)}.`);
  const names = folder.names();
  throw new MusterError(
    'bad_option',
    `There is no profile '${name}' in ${folder.path}.`,
    names.length === 0 ? 'Make one: muster apply -f FILE' : `There are: ${names.join(', ')}.`,
  );
}

export function warnWhenUnattended(folder: ProfilesFolder, nowMs: number): void {
  const why = folder.unattended(nowMs);
  if (why !== undefined) process.stderr.write(`${why}\n`);
}
