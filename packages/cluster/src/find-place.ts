// Which cluster is meant: by its file, or by profile and id.
import { resolve } from 'node:path';
import { readIfThere, resolveProfileDir } from '@muster/config';
import { MusterError } from '@muster/protocol';
import { parseCluster } from './cluster-file.ts';
import type { Place } from './place.ts';

export interface ClusterChoice {
  /** Path of a cluster file, `…/security/cluster-ID.json`; goes before the others. */
  readonly file?: string;
  readonly profile?: string;
  readonly profileDir?: string;
  readonly ipythonDir?: string;
  /** Default: '', the cluster of `ipcluster start`. */
  readonly clusterId?: string;
}

/** Throws MusterError `no_cluster` for a file that is none. */
export function findPlace({ file, clusterId = '', ...choice }: ClusterChoice): Place {
  if (file === undefined) return { profileDir: resolveProfileDir(choice, process.env), clusterId };
  const path = resolve(file);
  const cluster = parseCluster(readIfThere(path) ?? '', {});
  if (cluster !== undefined) return { profileDir: cluster.profileDir, clusterId: cluster.clusterId };
  throw new MusterError('no_cluster', `${path} is not the file of a cluster.`);
}
