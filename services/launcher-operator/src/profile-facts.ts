// From a profile to what the core wants to know of it.
import { createHash } from 'node:crypto';
import type { LauncherName, ProfileSpec } from '@muster/cluster-profile';
import type { EngineHandle, EngineLauncher } from '@muster/launchers';
import { MusterError } from '@muster/protocol';
import type { LauncherFacts, LaunchHandle, Planned, Profile } from './core/index.ts';
import type { StoredProfile } from './source.ts';

export type EngineLaunchers = Readonly<Partial<Record<string, EngineLauncher>>>;

/** The key of its launcher. */
export const launcherOf = ({ launcher }: ProfileSpec): LauncherName =>
  (Object.keys(launcher) as LauncherName[]).find((name) => launcher[name] !== undefined)!;

/** The profile's own part for its launcher. */
export const launcherSpec = (spec: ProfileSpec): object => spec.launcher[launcherOf(spec)]!;

/**
 * Of what engines are made from: counts and places are not in it, so that one more host or slot leaves the engines on the
 * others alone.
 */
export function templateHash(spec: ProfileSpec): string {
  const { hosts: _, ...launcher } = launcherSpec(spec) as { hosts?: unknown };
  const template = sorted({ engine: spec.engine, name: launcherOf(spec), launcher });
  return createHash('sha256').update(JSON.stringify(template)).digest('hex').slice(0, 16);
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, sorted(member)]));
}

/** `spec`: with what was looked up for it. */
export function buildProfile(stored: StoredProfile, spec: ProfileSpec, launcher: EngineLauncher): Profile {
  const { name, generation, deleting, held } = stored;
  return {
    name,
    generation,
    deleting,
    held,
    engines: spec.engines,
    templateHash: templateHash(stored.spec ?? spec),
    launcher: {
      name: launcher.name,
      maxEngines: launcher.maxEngines,
      plan: (id, n, taken) => plan(launcher, { id, n, spec: launcherSpec(spec) }, taken),
      accepts: (handle) => isNamed(handle, spec),
    },
  };
}

/** Of one that is not there any more: only its removal is left. */
export const buildGone = ({ name, generation, held, status }: StoredProfile): Profile => ({
  name,
  generation,
  held,
  deleting: true,
  engines: 0,
  templateHash: '',
  launcher: { name: status.launcher ?? 'none', maxEngines: 1, plan: refuseAll, accepts: () => true },
});

const refuseAll: LauncherFacts['plan'] = () => ({ refused: { reason: 'Deleting', message: '' } });

function plan(
  launcher: EngineLauncher,
  order: { readonly id: string; readonly n: number; readonly spec: object },
  taken: readonly LaunchHandle[],
): Planned {
  try {
    return { handle: launcher.plan(order, taken) };
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
    const reason = error.code === 'limit_reached' ? 'NotEnoughSlots' : 'BadLauncher';
    return { refused: { reason, message: `${error.message} ${error.remedy}` } };
  }
}

interface Place {
  readonly host: string;
  readonly user?: string | undefined;
  readonly port?: number | undefined;
}

/** Is the machine of an ssh launch still among the hosts? */
function isNamed(handle: LaunchHandle, spec: ProfileSpec): boolean {
  const { site } = handle as EngineHandle & { readonly site?: Place };
  const { ssh } = spec.launcher;
  if (site === undefined || ssh === undefined) return true;
  return ssh.hosts.some(({ host, user, port }) => host === site.host && user === site.user && port === site.port);
}
