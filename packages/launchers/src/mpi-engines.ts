// Engines as ranks of one mpiexec, here or on a machine that ssh reaches (`spec.launcher.mpi`).
import type { EngineLauncher, EngineProgram } from './engine-launcher.ts';
import type { EnginePrograms } from './engine-program.ts';
import { checkOrder, engineCommand, engineEnvironment } from './engine-program.ts';
import type { SiteHandle } from './folder/folder-launches.ts';
import { removeFromSite, startOnSite, statusOnSites } from './folder/folder-launches.ts';
import { rankCommand } from './folder/rank.ts';
import { quoteAll } from './folder/shell.ts';
import type { StartOrder } from './folder/start.ts';
import { exportFlags, openMpiPatterns } from './mpi/open-mpi.ts';
import { type SiteAddress, siteOf } from './sites/site.ts';
import type { Sites } from './sites/sites.ts';

/** `spec.launcher.mpi` of a profile. */
export interface MpiSpec {
  /** Default `mpiexec`. */
  readonly mpiexec?: readonly string[] | undefined;
  /** Added to it, e.g. a file of hosts. */
  readonly args?: readonly string[] | undefined;
  /** Without it, this machine. */
  readonly site?: SiteAddress | undefined;
}

const maxEngines = 10_000;

export function createMpiEngineLauncher(
  sites: Sites,
  programs: EnginePrograms = {},
): EngineLauncher<MpiSpec, SiteHandle> {
  return {
    name: 'mpi',
    maxEngines,
    plan: ({ id, n, spec }) => {
      checkOrder({ id, n }, maxEngines);
      return { launcher: 'mpi', id, n, ...(spec.site === undefined ? {} : { site: siteOf(spec.site) }) };
    },
    submit: async ({ handle, spec, engine, connection }) => {
      await startOnSite(sites(handle.site), [buildMpiOrder(handle, spec, engine, connection, programs)]);
    },
    status: (handles) => statusOnSites(sites, handles, true),
    remove: async ({ id, site }) => removeFromSite(sites(site), [id]),
  };
}

export function buildMpiOrder(
  { id, n, site }: SiteHandle,
  spec: MpiSpec,
  engine: EngineProgram,
  connection: string,
  programs: EnginePrograms = {},
): StartOrder {
  const mpiexec = spec.mpiexec ?? ['mpiexec'];
  const env = engineEnvironment(engine, connection);
  const ranks = rankCommand(id, n, engineCommand(engine, site === undefined ? programs : {}));
  const start = [...mpiexec, '-n', String(n), ...(spec.args ?? [])];
  const before = `case $(${quoteAll(mpiexec)} --version 2>&1) in
${openMpiPatterns}) set -- ${quoteAll([...start, ...exportFlags(Object.keys(env)), ...ranks])} ;;
esac`;
  return { id, command: [...start, ...ranks], env, workDir: engine.workDir, before };
}
