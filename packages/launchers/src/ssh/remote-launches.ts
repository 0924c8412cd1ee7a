// Status, end, signals and logs of launches on other machines, one script a host.
import { MusterError } from '@muster/protocol';
import type { EngineStatus } from '../engine-launcher.ts';
import { removeFromSite, runScript, statusOnSites } from '../folder/folder-launches.ts';
import { signalScript } from '../folder/signal.ts';
import { logScript } from '../folder/status.ts';
import type { EndedProcess, LaunchHandle, LaunchNote, LaunchSignal, LaunchStatus } from '../port.ts';
import type { Sites } from '../sites/sites.ts';
import { endForeign, type ForeignLaunch, statusOfForeign } from './foreign.ts';
import { bySite, type RemoteLaunch, readLaunches, siteHandle } from './handle.ts';

/** With an id: ours. */
function sortLaunches(handle: LaunchHandle): { readonly own: RemoteLaunch[]; readonly foreign: ForeignLaunch[] } {
  const all = readLaunches(handle);
  return {
    own: all.filter((launch): launch is RemoteLaunch => launch.id !== undefined),
    foreign: all.filter(({ id }) => id === undefined),
  };
}

export async function statusOfLaunches(sites: Sites, handle: LaunchHandle): Promise<LaunchStatus> {
  const { own, foreign } = sortLaunches(handle);
  const [statuses, others] = await Promise.all([
    statusOnSites(sites, own.map(siteHandle), false),
    statusOfForeign(sites, foreign),
  ]);
  const running: string[] = [...others.running];
  const ended: EndedProcess[] = [...others.ended];
  const unknown: LaunchNote[] = [...others.unknown];
  for (const { key, id, pid } of own) {
    const status = statuses.get(id)!;
    const [engine] = status.engines as readonly [EngineStatus];
    if (engine.state === 'ended' || engine.state === 'absent')
      ended.push({ key, pid, outputFile: '', exit: exitOf(engine), logTail: status.logTail });
    else running.push(key);
    if (engine.state === 'unknown') unknown.push({ key, reason: status.reason });
  }
  return { running, ended, ...(unknown.length === 0 ? {} : { unknown }) };
}

/** `status 1` is 1; `SIGKILL` is itself. */
function exitOf({ reason }: EngineStatus): number | string | undefined {
  const [, status] = /^status (\d+)/.exec(reason) ?? [];
  return status !== undefined ? Number(status) : /^SIG[A-Z0-9]+$/.test(reason) ? reason : undefined;
}

/** Ends all that can be ended. Rejects with the first error of a host where that is not certain. */
export async function removeLaunches(sites: Sites, handle: LaunchHandle): Promise<void> {
  const { own, foreign } = sortLaunches(handle);
  const results = await Promise.allSettled([
    ...bySite(own).map(([site, group]) =>
      removeFromSite(
        sites(site),
        group.map(({ id }) => id),
      ),
    ),
    endForeign(sites, foreign),
  ]);
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []));
  const [first] = failures;
  if (first === undefined) return;
  if (failures.length === 1 || !(first instanceof MusterError)) throw first;
  throw new MusterError(
    first.code,
    `${failures.length} hosts: ${failures.map(({ message }) => message).join(' ')}`,
    first.remedy,
  );
}

export async function signalLaunches(sites: Sites, handle: LaunchHandle, signal: LaunchSignal): Promise<void> {
  const groups = bySite(sortLaunches(handle).own);
  await Promise.all(
    groups.map(([site, group]) =>
      runScript(
        sites(site),
        signalScript(
          group.map(({ id }) => id),
          signal.slice(3),
        ),
      ),
    ),
  );
}

export async function logsOf(sites: Sites, handle: LaunchHandle): Promise<Record<string, string>> {
  const tails = await Promise.all(
    bySite(sortLaunches(handle).own).map(async ([site, group]) => {
      const { reports } = await runScript(sites(site), logScript(group.map(({ id }) => id)));
      return group.map(({ key, id }): [string, string] => [key, reports.get(id)?.logTail ?? '']);
    }),
  );
  return Object.fromEntries(tails.flat());
}
