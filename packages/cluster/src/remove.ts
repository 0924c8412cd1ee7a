// The end of processes and jobs, engines first: one that can say goodbye ends at once, others would wait for an answer.
import type { LaunchHandle, LaunchRole } from '@muster/launchers';
import type { ClusterState } from './cluster-file.ts';
import type { Launchers } from './launchers.ts';

/** Ends all, whatever fails meanwhile. Rejects with the first failure. */
export async function removeInOrder(
  launchers: Launchers,
  { controller, engineSets }: Pick<ClusterState, 'controller' | 'engineSets'>,
): Promise<void> {
  const remove = async (role: LaunchRole, handle: LaunchHandle): Promise<void> =>
    (await launchers.of(role, handle.launcher)).remove(handle);
  const ends = await Promise.allSettled(Object.values(engineSets).map((set) => remove('engine', set)));
  if (controller !== undefined) ends.push(...(await Promise.allSettled([remove('controller', controller)])));
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
