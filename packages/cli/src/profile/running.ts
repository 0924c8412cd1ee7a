// Which clusters run in a profile: by their cluster files, and by the pid files of controllers that were started by hand.

import { join } from 'node:path';
import { claimHolder } from '@muster/config';
import { namesIn } from './config-files.ts';

/** Their ids, sorted; the usual one is ''. */
export async function runningClusters(profileDir: string): Promise<string[]> {
  const held = namesIn(join(profileDir, 'pid')).flatMap((name) => {
    const match = /^(ipcontroller|ipcluster)(?:-(.+))?\.pid$/.exec(name);
    if (match === null) return [];
    const [, program, id = ''] = match;
    return claimHolder(profileDir, id, program as 'ipcontroller' | 'ipcluster') === undefined ? [] : [id];
  });
  return [...new Set(held)].sort();
}
