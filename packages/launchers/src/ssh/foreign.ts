// Processes on other machines that a program of Python has started: all that is known of them is their number.
import { runScript } from '../folder/folder-launches.ts';
import { scriptOf } from '../folder/prelude.ts';
import type { LaunchStatus } from '../port.ts';
import type { Sites } from '../sites/sites.ts';
import { bySite, type RemoteLaunch } from './handle.ts';

export type ForeignLaunch = Omit<RemoteLaunch, 'id'>;

const functions = `
# Another process may have the number by now.
is_ours() { tr '\\0' ' ' <"/proc/$1/cmdline" 2>/dev/null | grep -Eq 'ipcontroller|ipengine|ipyparallel'; }
`;

/** Says \`process PID\` for those that run. */
const statusScript = (pids: readonly number[]): string =>
  scriptOf(`${functions}\nfor pid in ${pids.join(' ')}; do ! is_ours "$pid" || say process "$pid"; done`);

const endScript = (pids: readonly number[]): string =>
  scriptOf(`${functions}
all="${pids.join(' ')}"
for pid in $all; do ! is_ours "$pid" || kill "$pid"; done
rounds=0
for pid in $all; do
  while is_ours "$pid" && [ $rounds -lt 100 ]; do sleep 0.1; rounds=$((rounds + 1)); done
  ! is_ours "$pid" || kill -s KILL "$pid"
done`);

const pidsOf = (group: readonly ForeignLaunch[]): number[] =>
  group.map(({ pid }) => pid).filter((pid) => Number.isInteger(pid) && pid > 1);

export async function statusOfForeign(
  sites: Sites,
  launches: readonly ForeignLaunch[],
): Promise<Required<Omit<LaunchStatus, 'waiting'>>> {
  const parts = await Promise.all(
    bySite(launches).map(async ([site, group]) => {
      try {
        const { others } = await runScript(sites(site), statusScript(pidsOf(group)));
        const runs = ({ pid }: ForeignLaunch): boolean => others.includes(`process ${pid}`);
        const ended = group.filter((launch) => !runs(launch));
        return {
          running: group.filter(runs).map(({ key }) => key),
          ended: ended.map(({ key, pid }) => ({ key, pid, outputFile: '' })),
          unknown: [],
        };
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return { running: group.map(({ key }) => key), ended: [], unknown: group.map(({ key }) => ({ key, reason })) };
      }
    }),
  );
  return {
    running: parts.flatMap(({ running }) => running),
    ended: parts.flatMap(({ ended }) => ended),
    unknown: parts.flatMap(({ unknown }) => unknown),
  };
}

export async function endForeign(sites: Sites, launches: readonly ForeignLaunch[]): Promise<void> {
  await Promise.all(bySite(launches).map(([site, group]) => runScript(sites(site), endScript(pidsOf(group)))));
}
