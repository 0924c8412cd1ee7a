// Where the logs of a cluster are.
import type { LaunchHandle, LaunchRole } from '@muster/launchers';
import type { ClusterState } from '../cluster-file.ts';
import type { Launchers } from '../launchers.ts';

export interface LogSource {
  /** `controller`, `engine 3`. */
  readonly name: string;
  readonly role: LaunchRole;
  /** Of an engine among all of the cluster. */
  readonly index: number;
  /** A file of this machine, or what asks the launcher for the end of the log. */
  readonly from: string | (() => Promise<string>);
}

export async function logSources(cluster: ClusterState | undefined, launchers: Launchers): Promise<LogSource[]> {
  if (cluster === undefined) return [];
  const sources: LogSource[] = [];
  const add = async (role: LaunchRole, handle: LaunchHandle): Promise<void> => {
    for (const from of await logsOf(role, handle, launchers)) {
      const index = sources.filter((one) => one.role === role).length;
      sources.push({ name: role === 'engine' ? `engine ${index}` : role, role, index, from });
    }
  };
  if (cluster.controller !== undefined) await add('controller', cluster.controller);
  for (const set of Object.values(cluster.engineSets)) await add('engine', set);
  return sources;
}

async function logsOf(role: LaunchRole, handle: LaunchHandle, launchers: Launchers): Promise<LogSource['from'][]> {
  const launcher = await launchers.of(role, handle.launcher).catch(() => undefined);
  const { logs } = launcher ?? {};
  if (logs !== undefined) {
    const keys = Object.keys(await logs(handle).catch(() => ({})));
    if (keys.length > 0) return keys.map((key) => async () => (await logs(handle))[key] ?? '');
  }
  return Object.values(handle.processes).flatMap(({ outputFile }) => (outputFile === '' ? [] : [outputFile]));
}
