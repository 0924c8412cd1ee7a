// The config files of a profile: made, kept, and put aside when they are made anew.

import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type ConfigProgram,
  configExtensions,
  folderError,
  isMissing,
  reason,
  writeFileAtomically,
} from '@muster/config';
import { MusterError } from '@muster/protocol';

/** All config files of a program in a folder, in any form; more than one is a mistake of its owner. */
export function configFilesOf(dir: string, program: ConfigProgram): string[] {
  const names = configExtensions.map((extension) => `${program}_config.${extension}`);
  return names.filter((name) => existsSync(join(dir, name))).map((name) => join(dir, name));
}

/** Puts a file aside under a name that is free, `NAME.1.bak`; gives that name. Throws MusterError `profile_unusable`. */
export function putAside(path: string): string {
  for (let n = 1; ; n++) {
    const aside = `${path}.${n}.bak`;
    if (existsSync(aside)) continue;
    try {
      renameSync(path, aside);
    } catch (error) {
      throw folderError(`${path} cannot be put aside`, dirname(path), error);
    }
    return aside;
  }
}

/** Mode 0600: launchers' settings may hold what is not for everybody. Throws MusterError `profile_unusable`. */
export function writeConfigFile(path: string, text: string): void {
  try {
    writeFileAtomically(path, text);
  } catch (error) {
    throw folderError(`${path} cannot be written`, dirname(path), error);
  }
}

/** Names in a folder, sorted; of one that is not there, none. Throws MusterError `profile_unusable`. */
export function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir).sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw new MusterError('profile_unusable', `The folder ${dir} cannot be read: ${reason(error)}`);
  }
}

const largestBytes = 1_000_000;

/** The text of a config file. Throws MusterError `bad_config` for one that cannot be read or is larger than 1 MB. */
export function readConfigText(path: string): string {
  try {
    const bytes = readFileSync(path);
    if (bytes.length > largestBytes) throw new Error(`it is larger than ${largestBytes} bytes`);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new MusterError('bad_config', `${path} cannot be read: ${reason(error)}`, 'Name a config file of Python.');
  }
}
