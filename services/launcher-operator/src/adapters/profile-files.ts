// Files of profiles in a folder, and the state that the operator keeps beside them. For the operator, which watches them, and
// for the commands, which write them.
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterProfile, ProfileSpec } from '@muster/cluster-profile';
import type { ProfileChoice } from '@muster/config';
import { isMissing, readIfThere, removeFile, resolveProfileDir, writeFileAtomically } from '@muster/config';
import { MusterError } from '@muster/protocol';
import type { ProfileStatus } from '../core/index.ts';
import { readStatus } from '../core/index.ts';

/** `clusters` of the profile folder, unless another one is named. */
export const profilesFolder = (named: string, choice: ProfileChoice, env: NodeJS.ProcessEnv): string =>
  named === '' ? join(resolveProfileDir(choice, env), 'clusters') : named;

/** A file as it is now: its profiles, or what is wrong with it. */
export interface ProfileFile {
  readonly file: string;
  readonly profiles: readonly ClusterProfile[];
  readonly problem: string;
}

const maxFiles = 1000;
const maxFileBytes = 4_000_000;

/**
 * All files of profiles in a folder, by name. A profile whose name an earlier file has is a problem of the later one.
 * Throws MusterError `profile_unusable` when the folder cannot be read.
 */
export async function readProfileFiles(folder: string): Promise<ProfileFile[]> {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => /^[^.].*\.(yaml|yml|json)$/.test(name));
  } catch (error) {
    throw new MusterError('profile_unusable', `The folder ${folder} cannot be read: ${(error as Error).message}`);
  }
  if (names.length > maxFiles)
    throw new MusterError('limit_reached', `${folder} has more than ${maxFiles} files.`, 'Use several operators.');
  // The schema is large: it is loaded when there is something to read.
  if (names.length === 0) return [];
  const { parseProfiles } = await import('@muster/cluster-profile');
  const seen = new Map<string, string>();
  return names.sort().map((file) => {
    const read = readFile(folder, file, parseProfiles);
    const twice = read.profiles.find(({ metadata }) => seen.has(metadata.name));
    if (twice !== undefined) {
      const { name } = twice.metadata;
      return { file, profiles: [], problem: `${file}: the profile ${name} is in ${seen.get(name)} as well.` };
    }
    for (const { metadata } of read.profiles) seen.set(metadata.name, file);
    return read;
  });
}

function readFile(folder: string, file: string, parse: (text: string, where: string) => ClusterProfile[]): ProfileFile {
  const path = join(folder, file);
  try {
    if (statSync(path).size > maxFileBytes) throw new Error(`${file} is larger than ${maxFileBytes} bytes.`);
    return { file, profiles: parse(readFileSync(path, 'utf8'), file), problem: '' };
  } catch (error) {
    return { file, profiles: [], problem: (error as Error).message };
  }
}

/** What the operator keeps of a profile. */
export interface ProfileState {
  /** Where the profile was read from. */
  readonly file: string;
  readonly createdAtMs: number;
  readonly generation: number;
  /** As read last, when it could be understood. */
  readonly spec: ProfileSpec;
  readonly status: ProfileStatus;
}

const stateFolder = (folder: string): string => join(folder, '.state');
const statePath = (folder: string, name: string): string => join(stateFolder(folder), `${name}.json`);
const namePattern = /^[a-z0-9]([-a-z0-9]{0,62})$/;

export function makeStateFolder(folder: string): void {
  try {
    mkdirSync(stateFolder(folder), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new MusterError('profile_unusable', `${folder} cannot be made or written: ${(error as Error).message}`);
  }
}

/** Names of profiles that the operator keeps a state of. */
export function stateNames(folder: string): string[] {
  try {
    return readdirSync(stateFolder(folder))
      .filter((name) => name.endsWith('.json'))
      .map((name) => name.slice(0, -'.json'.length))
      .filter((name) => namePattern.test(name))
      .sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Undefined when there is none. Throws MusterError `profile_unusable` for one that cannot be read. */
export function readState(folder: string, name: string): ProfileState | undefined {
  const path = statePath(folder, name);
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  try {
    const { file, createdAtMs, generation, spec, status } = JSON.parse(text) as ProfileState;
    const read = readStatus(status);
    if (typeof file !== 'string' || typeof spec !== 'object' || read.leftOut > 0) throw new Error('parts are missing');
    return { file, createdAtMs: Number(createdAtMs), generation: Number(generation), spec, status: read.status };
  } catch (error) {
    throw new MusterError(
      'profile_unusable',
      `${path} cannot be understood: ${(error as Error).message}`,
      'It says which engines were started. See to it that they end, then remove it.',
    );
  }
}

export const writeState = (folder: string, name: string, state: ProfileState): void =>
  writeFileAtomically(statePath(folder, name), `${JSON.stringify(state, null, 1)}\n`);

export const removeState = (folder: string, name: string): boolean => removeFile(statePath(folder, name));

/** When an operator last looked at the folder, and which process it is. */
export interface OperatorSign {
  readonly pid: number;
  readonly atMs: number;
}

const signPath = (folder: string): string => join(stateFolder(folder), '.operator');

export const writeOperatorSign = (folder: string, sign: OperatorSign): void =>
  writeFileAtomically(signPath(folder), `${JSON.stringify(sign)}\n`);

export const removeOperatorSign = (folder: string): boolean => removeFile(signPath(folder));

export function readOperatorSign(folder: string): OperatorSign | undefined {
  try {
    const { pid, atMs } = JSON.parse(readIfThere(signPath(folder)) ?? '') as OperatorSign;
    return typeof pid === 'number' && typeof atMs === 'number' ? { pid, atMs } : undefined;
  } catch {
    return undefined;
  }
}
