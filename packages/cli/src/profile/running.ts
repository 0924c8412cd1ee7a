// Which clusters run in a profile: by their cluster files, and by the pid files of controllers that were started by hand.
import { join } from 'node:path';
import { claimHolder } from '@muster/config';
import { namesIn } from './config-files.ts';

/** Their ids, sorted; the usual one is ''. A cluster whose launcher cannot be asked counts as one that runs. */
export async function runningClusters(profileDir: string): Promise<string[]> {
  const { findClusters } = await import('@muster/cluster/commands/list');
  const found = await findClusters({ profileDir, profile: '', ipythonDir: '' }, {});
  return [...new Set([...found.map(({ cluster }) => cluster.clusterId), ...claimed(profileDir)])].sort();
}

function claimed(profileDir: string): string[] {
  return namesIn(join(profileDir, 'pid')).flatMap((name) => {
    const match = /^(ipcontroller|ipcluster)(?:-(.+))?\.pid$/.exec(name);
    if (match === null) return [];
    const [, program, id = ''] = match;
    return claimHolder(profileDir, id, program as 'ipcontroller' | 'ipcluster') === undefined ? [] : [id];
  });
}
