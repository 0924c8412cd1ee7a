// Engines as jobs of PBS, OpenPBS, Torque or Slurm's commands of the same names (`spec.launcher.pbs`).
import { MusterError } from '@muster/protocol';
import type { EngineLauncher } from './engine-launcher.ts';
import type { EnginePrograms } from './engine-program.ts';
import { checkOrder } from './engine-program.ts';
import type { SiteHandle } from './folder/folder-launches.ts';
import { askSites, runScript } from './folder/folder-launches.ts';
import { buildJob, type PbsSpec, qsubArguments } from './pbs/job.ts';
import { removeScript, statusScript, submitScript } from './pbs/scripts.ts';
import { pbsStatus } from './pbs/status.ts';
import { siteOf } from './sites/site.ts';
import type { Sites } from './sites/sites.ts';

const maxEngines = 10_000;

export function createPbsEngineLauncher(
  sites: Sites,
  programs: EnginePrograms = {},
): EngineLauncher<PbsSpec, SiteHandle> {
  return {
    name: 'pbs',
    maxEngines,
    plan: ({ id, n, spec }) => {
      checkOrder({ id, n }, maxEngines);
      return { launcher: 'pbs', id, n, ...(spec.site === undefined ? {} : { site: siteOf(spec.site) }) };
    },
    submit: async ({ handle, spec, engine, connection }) => {
      const site = sites(handle.site);
      const job = buildJob(handle, spec, engine, connection, handle.site === undefined ? programs : {});
      const { failed } = await runScript(site, submitScript(handle.id, job, qsubArguments(handle.id, spec)));
      if (failed !== undefined) throw new MusterError('start_failed', `On ${site.title} ${failed}.`, remedyFor(failed));
    },
    status: (handles) =>
      askSites(sites, handles, async (site, group) =>
        pbsStatus(group, await runScript(site, statusScript(group.map(({ id }) => id)))),
      ),
    remove: async ({ id, site: address }) => {
      const site = sites(address);
      const { failed } = await runScript(site, removeScript(id));
      if (failed !== undefined)
        throw new MusterError(
          'timeout',
          `On ${site.title} ${failed}.`,
          'Look at it there: qstat -f JOB, then qdel JOB',
        );
    },
  };
}

function remedyFor(failure: string): string {
  if (/no program qsub/.test(failure)) return 'Name the machine that has it as site, or add its folder to PATH there.';
  if (/queue|partition/i.test(failure)) return 'Name one of the queues that qstat -Q lists there.';
  if (/refuses/.test(failure))
    return 'Correct the template, the queue or args in the profile: what qsub wants differs from site to site.';
  return 'Try it there by hand: qsub and qstat -f.';
}
