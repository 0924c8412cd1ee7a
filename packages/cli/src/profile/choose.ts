// Which profile a command means: `NAME`, or the options that all commands have.

import { existsSync } from 'node:fs';
import type { Environment, ProfileChoice } from '@muster/config';
import { noProfile, profileLabel, resolveProfileDir } from '@muster/config';
import { MusterError } from '@muster/protocol';

export interface ChosenProfile {
  readonly dir: string;
  /** As people name it. */
  readonly label: string;
}

/** Throws MusterError `bad_option` for more than one name, and for what cannot be one. */
export function chooseProfile(choice: ProfileChoice, words: readonly string[], env: Environment): ChosenProfile {
  const [name, more] = words;
  if (more !== undefined)
    throw new MusterError('unknown_option', `Unexpected argument: ${more}`, 'One profile at a time.');
  const isOther = name !== undefined && choice.profile !== '' && choice.profile !== name;
  if (isOther || (name !== undefined && choice.profileDir !== '' && choice.profileDir !== env.IPP_PROFILE_DIR))
    throw new MusterError('bad_option', `The profile is named twice: '${name}' and by an option.`, 'Say it once.');
  // A name on the command line is more than the environment's folder.
  const named = name ?? choice.profile;
  const dir =
    named === undefined || named === ''
      ? resolveProfileDir(choice, env)
      : resolveProfileDir({ profile: named, ipythonDir: choice.ipythonDir ?? '' }, { ...env, IPP_PROFILE_DIR: '' });
  return { dir, label: profileLabel(dir) };
}

/** As chooseProfile, of a profile that is there. Throws MusterError `no_profile` for one that is not. */
export function chooseExisting(choice: ProfileChoice, words: readonly string[], env: Environment): ChosenProfile {
  const chosen = chooseProfile(choice, words, env);
  if (existsSync(chosen.dir)) return chosen;
  throw noProfile(chosen.dir, choice, env);
}
