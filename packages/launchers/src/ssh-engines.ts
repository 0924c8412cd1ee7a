// Engines on machines that ssh reaches (`spec.launcher.ssh`); no file system need be shared.
import { MusterError } from '@muster/protocol';
import type { EngineHandle, EngineLauncher } from './engine-launcher.ts';
import { checkOrder, type EnginePrograms, engineCommand, engineEnvironment, uuidFlag } from './engine-program.ts';
import { removeFromSite, type SiteHandle, startOnSite, statusOnSites } from './folder/folder-launches.ts';
import { type SiteAddress, siteOf } from './sites/site.ts';
import type { Sites } from './sites/sites.ts';

/** `spec.launcher.ssh` of a profile. */
export interface SshSpec {
  readonly hosts: readonly {
    readonly host: string;
    readonly user?: string | undefined;
    readonly port?: number | undefined;
    /** Engines that it takes. Default 1. */
    readonly slots?: number | undefined;
  }[];
  readonly keySecret?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly knownHosts?: string | undefined;
}

export interface SshHandle extends SiteHandle {
  readonly site: SiteAddress;
}

type Host = SshSpec['hosts'][number];

/** The host with the smallest part of its slots taken; of equals the first. */
function chooseHost(hosts: readonly Host[], taken: readonly EngineHandle[]): Host {
  const keyOf = ({ host, user, port }: SiteAddress): string => JSON.stringify([host, user ?? null, port ?? null]);
  const used = new Map<string, number>();
  for (const handle of taken) {
    if (handle.launcher !== 'ssh') continue;
    const key = keyOf((handle as SshHandle).site);
    used.set(key, (used.get(key) ?? 0) + handle.n);
  }
  const loadOf = (host: Host): number => (used.get(keyOf(host)) ?? 0) / (host.slots ?? 1);
  const best = hosts.toSorted((a, b) => loadOf(a) - loadOf(b))[0];
  if (best !== undefined && loadOf(best) < 1) return best;
  const slots = hosts.reduce((sum, host) => sum + (host.slots ?? 1), 0);
  throw new MusterError(
    'limit_reached',
    `All ${slots} slots of the ${hosts.length} hosts are taken.`,
    'Ask for fewer engines, or add hosts or slots to the profile.',
  );
}

export function createSshEngineLauncher(
  sites: Sites,
  programs: EnginePrograms = {},
): EngineLauncher<SshSpec, SshHandle> {
  return {
    name: 'ssh',
    maxEngines: 1,
    plan: ({ id, n, spec }, taken) => {
      checkOrder({ id, n }, 1);
      const { host, user, port } = chooseHost(spec.hosts, taken);
      const site = siteOf({ ...spec, host, user, port });
      return { launcher: 'ssh', id, n, site };
    },
    submit: async ({ handle: { id, site }, engine, connection }) => {
      const command = [...engineCommand(engine, programs), uuidFlag(id, 0)];
      await startOnSite(sites(site), [
        { id, command, env: engineEnvironment(engine, connection), workDir: engine.workDir },
      ]);
    },
    status: (handles) => statusOnSites(sites, handles, false),
    remove: async ({ id, site }) => removeFromSite(sites(site), [id]),
  };
}
