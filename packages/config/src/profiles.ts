// Profile folders (§1.1): where they are, and what is in them.
import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { MusterError } from '@muster/protocol';
import { isMissing } from './files.ts';
import { folderError } from './folder-error.ts';
import type { Environment } from './parse.ts';

/** What a command line says of the profile; empty means not given. */
export interface ProfileChoice {
  readonly profileDir?: string;
  readonly profile?: string;
  readonly ipythonDir?: string;
}

/** Absolute path of the folder of all profiles: the choice, $IPYTHONDIR, else ~/.ipython. */
export const resolveIpythonDir = (choice: ProfileChoice, env: Environment): string =>
  absolute(choice.ipythonDir || env.IPYTHONDIR || '~/.ipython', env);

/**
 * Absolute path of the profile folder: profileDir, $IPP_PROFILE_DIR, profile, else profile_default (§1.1).
 * The folder need not exist. Throws MusterError `bad_option` for a name that is a path.
 */
export function resolveProfileDir(choice: ProfileChoice, env: Environment): string {
  const direct = choice.profileDir || env.IPP_PROFILE_DIR;
  if (direct) return absolute(direct, env);
  const name = choice.profile || 'default';
  if (/[/\\\0]/.test(name) || name.length > 200) {
    throw new MusterError('bad_option', `'${name}' is not the name of a profile.`, 'Name a folder with --profile-dir.');
  }
  return join(resolveIpythonDir(choice, env), `profile_${name}`);
}

/** Folders of a profile, beside `security`. */
const parts = ['db', 'log', 'pid', 'startup', 'static'] as const;

/** Path of the folder of a profile's part, e.g. `security`. */
export const profilePart = (profileDir: string, part: 'security' | (typeof parts)[number]): string =>
  join(profileDir, part);

/**
 * Makes the folder and its parts where they are missing; `security` gets mode 0700 in any case.
 * Throws MusterError `profile_unusable`.
 */
export function ensureProfile(profileDir: string): void {
  try {
    for (const part of parts) mkdirSync(profilePart(profileDir, part), { recursive: true });
    const security = profilePart(profileDir, 'security');
    mkdirSync(security, { recursive: true, mode: 0o700 });
    chmodSync(security, 0o700);
  } catch (error) {
    throw folderError(`The profile folder ${profileDir} cannot be used`, profileDir, whyNot(profileDir, error));
  }
}

/** Making a folder with those above it says "no such file" also where a disk can only be read: asked for one alone, it tells. */
function whyNot(folder: string, error: unknown): unknown {
  if (!isMissing(error) || existsSync(folder)) return error;
  if (!existsSync(dirname(folder))) return whyNot(dirname(folder), error);
  try {
    mkdirSync(folder);
    return error;
  } catch (reason) {
    return reason;
  }
}

/** Folders of all profiles there are, in the order of their names. */
export function listProfileDirs(ipythonDir: string): string[] {
  try {
    return readdirSync(ipythonDir, { withFileTypes: true })
      .filter((entry) => entry.name.startsWith('profile_') && !entry.isFile())
      .map((entry) => join(ipythonDir, entry.name))
      .sort();
  } catch {
    return [];
  }
}

/** `--profile=x` of `…/profile_x`, for lists; else the folder. */
export const profileLabel = (profileDir: string): string =>
  /(?:^|[/\\])profile_([^/\\]+)$/.exec(profileDir)?.[1] ?? profileDir;

/** The error for a profile that was named and has no folder: how to make it, and where to see which there are. */
export function noProfile(profileDir: string, choice: ProfileChoice, env: Environment): MusterError {
  const label = profileLabel(profileDir);
  const remedy =
    label === profileDir
      ? `Make it: muster profile create --profile-dir=${profileDir}`
      : `Make it: muster profile create ${label}. Those that there are, in ${resolveIpythonDir(choice, env)}: muster profile list`;
  return new MusterError('no_profile', `There is no profile folder ${profileDir}.`, remedy);
}

function absolute(path: string, env: Environment): string {
  const home = env.HOME || homedir();
  return resolve(path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path);
}

/** The system's reason of a failed file operation, without our paths. */
export const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));
