// What the files of a folder say, and what has changed in it.
import type { ProfileSpec } from '@muster/cluster-profile';
import type { Logger } from '@muster/telemetry';
import { isEqual } from '../core/index.ts';
import { readProfileFiles } from './profile-files.ts';

export interface WantedProfile {
  readonly file: string;
  readonly spec: ProfileSpec;
}

export interface FolderView {
  names(): Iterable<string>;
  /** From a file that can be understood. */
  get(name: string): WantedProfile | undefined;
  /** What is wrong with a file; undefined when nothing is, or it is not there. */
  problemOf(file: string): string | undefined;
  /** Reads the folder; gives the names of profiles that may have changed. Throws MusterError when it cannot be read. */
  scan(): Promise<ReadonlySet<string>>;
}

/** `known`: profiles of before, and the files that they were read from. */
export function createFolderView(
  folder: string,
  log: Logger,
  known: () => Iterable<readonly [name: string, file: string]>,
): FolderView {
  let profiles = new Map<string, WantedProfile>();
  let problems = new Map<string, string>();

  async function read(): Promise<void> {
    const files = await readProfileFiles(folder);
    profiles = new Map();
    problems = new Map();
    for (const { file, profiles: found, problem } of files) {
      if (problem !== '') problems.set(file, problem);
      for (const { metadata, spec } of found) profiles.set(metadata.name, { file, spec });
    }
  }
  return {
    names: () => profiles.keys(),
    get: (name) => profiles.get(name),
    problemOf: (file) => problems.get(file),
    async scan() {
      const before = { profiles, problems };
      await read();
      for (const [file, problem] of problems)
        if (before.problems.get(file) !== problem)
          log.error({ file, why: problem }, 'a file of profiles cannot be understood; nothing changes by it');
      const changed = [...before.profiles.keys(), ...profiles.keys()].filter(
        (name) => !isEqual(before.profiles.get(name), profiles.get(name)),
      );
      const affected = [...known()].filter(([, file]) => before.problems.get(file) !== problems.get(file));
      return new Set([...changed, ...affected.map(([name]) => name)]);
    },
  };
}
