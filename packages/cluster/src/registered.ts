// How many engines are registered: the controller writes them down at each change (§7.5), which costs no connection.
import { engineStatePath, readIfThere } from '@muster/config';
import { isJsonObject } from '@muster/protocol';

/** Identities of the registered engines; undefined while nothing (whole) is written. */
export function registeredEngines(profileDir: string, clusterId: string): ReadonlySet<string> | undefined {
  try {
    const state: unknown = JSON.parse(readIfThere(engineStatePath(profileDir, clusterId)) ?? 'null');
    if (!isJsonObject(state) || !isJsonObject(state.engines)) return undefined;
    return new Set(Object.values(state.engines).filter((uuid) => typeof uuid === 'string'));
  } catch {
    return undefined;
  }
}
