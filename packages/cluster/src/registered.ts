// Which engines are registered. The controller writes them down at each change (§7.5), which costs no connection; one on another
// machine is asked as a client would.
import { existsSync } from 'node:fs';
import type { Client } from '@muster/client';
import { claimHolder, connectionPaths, engineStatePath, readIfThere } from '@muster/config';
import type { LaunchHandle } from '@muster/launchers';
import { isJsonObject } from '@muster/protocol';
import type { Place } from './place.ts';

/** Identities of the registered engines; undefined while nothing (whole) is written. */
export function registeredEngines({ profileDir, clusterId }: Place): ReadonlySet<string> | undefined {
  try {
    const state: unknown = JSON.parse(readIfThere(engineStatePath(profileDir, clusterId)) ?? 'null');
    if (!isJsonObject(state) || !isJsonObject(state.engines)) return undefined;
    return new Set(Object.values(state.engines).filter((uuid) => typeof uuid === 'string'));
  } catch {
    return undefined;
  }
}

export interface Registrations extends AsyncDisposable {
  /** Asks a controller elsewhere, if it is there; resolves in any case. */
  look(): Promise<void>;
  /** Those that are known now. */
  now(): ReadonlySet<string>;
}

const connectTimeoutMs = 10_000;

/** Does its controller run on this machine? */
const isHere = (place: Place, controller: LaunchHandle | undefined): boolean =>
  controller === undefined
    ? claimHolder(place.profileDir, place.clusterId) !== undefined
    : ['local', 'mpi'].includes(controller.launcher);

export function watchRegistrations(place: Place, controller?: LaunchHandle): Registrations {
  const here = isHere(place, controller);
  let client: Client | undefined;
  let looking: Promise<void> | undefined;
  let disposed = false;
  const connect = async (): Promise<void> => {
    const file = connectionPaths(place.profileDir, place.clusterId).client;
    if (!existsSync(file)) return;
    const { connect: open } = await import('@muster/client');
    // Who cannot be reached now is tried again at the next look.
    const opened = await open({ file, timeoutMs: connectTimeoutMs }).catch(() => undefined);
    if (disposed) await opened?.close();
    else client = opened;
  };
  const look = async (): Promise<void> => {
    if (here || client !== undefined) return;
    looking ??= connect().finally(() => {
      looking = undefined;
    });
    await looking;
  };
  return {
    look,
    now() {
      const written = registeredEngines(place);
      if (written !== undefined) return written;
      void look();
      return new Set(client?.engines.map(({ uuid }) => uuid));
    },
    async [Symbol.asyncDispose]() {
      disposed = true;
      await looking;
      await client?.close();
    },
  };
}
