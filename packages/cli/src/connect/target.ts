// Where the connection file goes: into the profile, or where the person says.

import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { claimHolder, connectionPaths, ensureProfile, resolveProfileDir, writeFileAtomically } from '@muster/config';
import { MusterError } from '@muster/protocol';
import type { ConnectValues } from './settings.ts';

export interface Target {
  readonly file: string;
  /** What stands in the parentheses of `ipp.Client()`. */
  readonly python: string;
  /** What stands in the parentheses of `connect()`. */
  readonly typescript: string;
}

/**
 * Makes the profile's folders where they are missing. Throws MusterError `profile_in_use` when a controller of this machine
 * has the file, `profile_unusable`, or `bad_option`.
 */
export function chooseTarget(values: ConnectValues, env: NodeJS.ProcessEnv): Target {
  if (values.file !== '') return ownFile(resolve(values.file));
  const profileDir = resolveProfileDir(values, env);
  const clusterId = values.clusterId;
  const holder = claimHolder(profileDir, clusterId);
  if (holder !== undefined)
    throw new MusterError(
      'profile_in_use',
      `A controller of this machine (process ${holder.pid}) uses ${profileDir}.`,
      'Stop it (ipcluster stop), or choose another place: --profile=NAME, --cluster-id=ID or --file=FILE.',
    );
  ensureProfile(profileDir);
  const named = Object.entries({ profile: values.profile, clusterId }).filter(([, value]) => value !== '');
  const file = connectionPaths(profileDir, clusterId).client;
  if (values.profileDir !== '' || values.ipythonDir !== '') return ownFile(file);
  return {
    file,
    python: named.map(([name, value]) => `${name === 'clusterId' ? 'cluster_id' : name}="${value}"`).join(', '),
    typescript: named.length === 0 ? '' : `{ ${named.map(([name, value]) => `${name}: '${value}'`).join(', ')} }`,
  };
}

function ownFile(file: string): Target {
  if (!existsSync(dirname(file)))
    throw new MusterError('bad_option', `${dirname(file)} does not exist.`, 'Make the folder, or name another file.');
  return { file, python: JSON.stringify(file), typescript: `{ file: '${file}' }` };
}

/** Mode 0600, whole or not at all. Throws MusterError `profile_unusable`. */
export function writeTarget(file: string, text: string): void {
  try {
    writeFileAtomically(file, text);
  } catch (error) {
    throw new MusterError('profile_unusable', `The connection file cannot be written: ${(error as Error).message}`);
  }
}
