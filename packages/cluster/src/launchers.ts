// Launchers by their names in cluster files and settings, each made once.
import type { Launcher, LaunchRole } from '@muster/launchers';
import { findLauncher } from '@muster/launchers';

export interface Launchers {
  /** Rejects with MusterError `bad_option` for a name that is not known. */
  of(role: LaunchRole, name: string): Promise<Launcher>;
}

/** `values` are those of the settings of launchers; relative paths in them begin at `configFolder`. */
export function createLaunchers(
  values: Readonly<Record<string, unknown>>,
  configFolder: string,
  warn?: (message: string) => void,
): Launchers {
  const made = new Map<string, Promise<Launcher>>();
  return {
    of(role, name) {
      const key = `${role} ${name}`;
      const known = made.get(key) ?? findLauncher({ role, name, values, configFolder, warn });
      made.set(key, known);
      return known;
    },
  };
}
