// What is looked up on this machine: profiles, clusters, launchers.

import { readdirSync } from 'node:fs';
import type { Environment, ProfileChoice, SettingsTable } from '@muster/config';
import { listProfileDirs, profileLabel, profilePart, resolveIpythonDir, resolveProfileDir } from '@muster/config';
import { type Candidate, settingOf } from './options.ts';

export interface Places {
  profiles(): Candidate[];
  /** Ids of the clusters of the profile that the command line names. */
  clusters(): Candidate[];
  launchers(): Promise<Candidate[]>;
}

/** `args`: the words of the command line before the one being typed. */
export function findPlaces(table: SettingsTable, args: readonly string[], env: Environment): Places {
  const choice = chosenBy(table, args);
  return {
    profiles: () =>
      listProfileDirs(resolveIpythonDir(choice, env)).map((dir) => ({ value: profileLabel(dir), about: dir })),
    clusters: () => {
      const profileDir = resolveProfileDir(choice, env);
      return clusterIds(profileDir).map((id) => ({ value: id, about: `of profile ${profileLabel(profileDir)}` }));
    },
    async launchers() {
      const { knownLaunchers } = await import('@muster/launchers/names');
      const both = knownLaunchers.map(({ name, classes }) => ({ name, stem: classes.engine.at(-1) ?? name }));
      return both.flatMap(({ name, stem }) => [
        { value: name, about: `${stem}EngineSetLauncher, ${stem}ControllerLauncher` },
        { value: stem, about: 'the same' },
      ]);
    },
  };
}

/** The options that choose a profile, as far as they are typed. */
function chosenBy(table: SettingsTable, args: readonly string[]): ProfileChoice {
  const givenFor = (key: keyof ProfileChoice): string => {
    const setting = table[key];
    if (setting === undefined) return '';
    for (const [i, arg] of args.entries()) {
      const [, name = '', attached] = /^(--?[^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
      if (name !== '' && settingOf(table, name) === setting) return attached ?? args[i + 1] ?? '';
    }
    return '';
  };
  return { profileDir: givenFor('profileDir'), profile: givenFor('profile'), ipythonDir: givenFor('ipythonDir') };
}

/** An empty id cannot be typed. */
function clusterIds(profileDir: string): string[] {
  try {
    const names = readdirSync(profilePart(profileDir, 'security')).sort();
    return names.flatMap((name) => /^cluster-(.+)\.json$/.exec(name)?.[1] ?? []);
  } catch {
    return [];
  }
}
