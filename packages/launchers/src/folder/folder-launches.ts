// Launches that are a folder and a process on a site: the thin part, which sends scripts and reads what they say.
import { MusterError } from '@muster/protocol';
import type { EngineHandle, EngineLaunchStatus } from '../engine-launcher.ts';
import type { Site, SiteAddress } from '../sites/site.ts';
import type { Sites } from '../sites/sites.ts';
import type { Said } from './parse-report.ts';
import { parseReport, statusOf, uniformStatus } from './parse-report.ts';
import { removeScript } from './remove.ts';
import type { StartOrder } from './start.ts';
import { startScript } from './start.ts';
import { statusScript } from './status.ts';

/** A handle of such a launch; without a site it is on this machine. */
export interface SiteHandle extends EngineHandle {
  readonly site?: SiteAddress | undefined;
}

const scriptTimeoutMs = 45_000;

/** Runs a script and reads what it says. Rejects with MusterError `start_failed` when it does not come to its end. */
export async function runScript(site: Site, script: string): Promise<Said> {
  const { stdout, stderr, code } = await site.run(script, { timeoutMs: scriptTimeoutMs });
  const said = parseReport(stdout);
  if (said.done || said.failed !== undefined) return said;
  const last = stderr.trim().split('\n').at(-1) || `status ${code}`;
  throw new MusterError(
    'start_failed',
    `The shell on ${site.title} does not run to the end of what it is asked (${last}).`,
    'Try it by hand: ssh to it and run /bin/sh. Start files of the login must not end the shell.',
  );
}

/** Starts all of them; resolves to the numbers of their programs by launch id. `first` is shell that comes before. */
export async function startOnSite(
  site: Site,
  orders: readonly StartOrder[],
  first?: string,
): Promise<ReadonlyMap<string, number>> {
  const { failed, others } = await runScript(site, startScript(orders, first));
  if (failed === undefined) {
    const told = others.map((line) => line.split(' ')).filter(([word]) => word === 'main');
    return new Map(told.map(([, id = '', pid]) => [id, Number(pid)]));
  }
  throw new MusterError(
    'start_failed',
    `On ${site.title} ${failed}.`,
    'Install it there, or name what is there (engine_cmd, controller_cmd; in a ClusterProfile engine.command, engine.workDir): with its full path, since no login reads its start files.',
  );
}

export async function removeFromSite(site: Site, ids: readonly string[]): Promise<void> {
  const { failed } = await runScript(site, removeScript(ids));
  if (failed !== undefined)
    throw new MusterError('timeout', `On ${site.title}: ${failed}.`, 'Look at them there: ps -fp PID');
}

/** One script a site, for all its launches. A site that cannot be asked makes them `unknown`. */
export const statusOnSites = (
  sites: Sites,
  handles: readonly SiteHandle[],
  hasRanks: boolean,
): Promise<Map<string, EngineLaunchStatus>> =>
  askSites(sites, handles, async (site, group) => {
    const { reports } = await runScript(site, statusScript(group.map(({ id }) => id)));
    return new Map(
      [...group].flatMap((handle) => {
        const report = reports.get(handle.id);
        return report === undefined ? [] : [[handle.id, statusOf(handle, report, hasRanks)]];
      }),
    );
  });

/** Asks each site once. Whatever goes wrong, or is not said, makes launches `unknown`. */
export async function askSites<Handle extends SiteHandle>(
  sites: Sites,
  handles: readonly Handle[],
  ask: (site: Site, group: readonly Handle[]) => Promise<ReadonlyMap<string, EngineLaunchStatus>>,
): Promise<Map<string, EngineLaunchStatus>> {
  const bySite = Map.groupBy(handles, ({ site }) => JSON.stringify(site ?? null));
  const statuses = await Promise.all(
    [...bySite.values()].map(async (group): Promise<[string, EngineLaunchStatus][]> => {
      try {
        const told = await ask(sites(group[0]!.site), group);
        const nothing = 'Nothing is said of it.';
        return group.map((handle) => [handle.id, told.get(handle.id) ?? uniformStatus(handle, 'unknown', nothing)]);
      } catch (error) {
        return group.map((handle) => [handle.id, uniformStatus(handle, 'unknown', explain(error))]);
      }
    }),
  );
  return new Map(statuses.flat());
}

/** What a person needs of an error in one line. */
const explain = (error: unknown): string =>
  error instanceof MusterError
    ? `${error.message} ${error.remedy}`
    : error instanceof Error
      ? error.message
      : String(error);
