// Clusters on disk: the cluster file, and beside it the notes.
import { readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import {
  checkClusterId,
  connectionPaths,
  engineStatePath,
  isMissing,
  profilePart,
  readIfThere,
  removeConnectionFiles,
  removeFile,
  removeStaleClaims,
  underGuard,
  writeFileAtomically,
} from '@muster/config';
import type { LaunchHandle, LaunchRole, LaunchStatus } from '@muster/launchers';
import { livingPart } from '@muster/launchers';
import type { JsonObject } from '@muster/protocol';
import { type ClusterState, formatCluster, parseCluster } from './cluster-file.ts';
import type { Launchers } from './launchers.ts';
import { type ClusterNotes, formatNotes, notesPath, readNotes } from './notes.ts';
import type { Place } from './place.ts';
import { startNotes } from './sections.ts';

/** A cluster as found: only what runs is in it. */
export interface FoundCluster extends ClusterState {
  /** The other machine (sharing this folder) that it runs on; its processes cannot be seen from here. */
  readonly otherHost?: string | undefined;
  readonly notes: ClusterNotes;
  /** What the launchers said, of `controller` and of each set in the file; none of one that cannot be asked. */
  readonly statuses: Readonly<Record<string, LaunchStatus>>;
}

export const clusterFilePath = ({ profileDir, clusterId }: Place): string =>
  join(profilePart(profileDir, 'security'), `cluster-${checkClusterId(clusterId)}.json`);

/** Ids of the clusters of a profile, by its cluster files. */
export function listClusterIds(profileDir: string): string[] {
  try {
    return readdirSync(profilePart(profileDir, 'security'))
      .flatMap((name) => /^cluster-(.*)\.json$/.exec(basename(name))?.[1] ?? [])
      .sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** The file as it is. Undefined without a (readable) one. */
export const readCluster = (place: Place): ClusterState | undefined =>
  parseCluster(readIfThere(clusterFilePath(place)) ?? '', readNotes(place).started);

/** Reads the file and leaves out what has ended. Undefined without a (readable) file. */
export async function loadCluster(place: Place, launchers: Launchers): Promise<FoundCluster | undefined> {
  const cluster = readCluster(place);
  if (cluster === undefined) return undefined;
  const notes = readNotes(place);
  if (notes.host !== undefined && notes.host !== hostname())
    return { ...cluster, notes, statuses: {}, otherHost: notes.host };
  const statuses: Record<string, LaunchStatus> = {};
  const ask = async (key: string, role: LaunchRole, handle: LaunchHandle): Promise<LaunchHandle | undefined> => {
    const status = await launchers
      .of(role, handle.launcher)
      .then((launcher) => launcher.status(handle))
      .catch(() => undefined);
    if (status === undefined) return handle;
    statuses[key] = status;
    return livingPart(handle, status);
  };
  const [controller, ...sets] = await Promise.all([
    cluster.controller && ask('controller', 'controller', cluster.controller),
    ...Object.entries(cluster.engineSets).map(([id, set]) => ask(id, 'engine', set)),
  ]);
  const ids = Object.keys(cluster.engineSets);
  const engineSets = Object.fromEntries(sets.flatMap((set, i) => (set === undefined ? [] : [[ids[i], set]])));
  return { ...cluster, notes, statuses, controller, engineSets };
}

export const isEmpty = (cluster: ClusterState): boolean =>
  cluster.controller === undefined && Object.keys(cluster.engineSets).length === 0;

/** Writes a new state, computed from the one on disk; without a controller and engines the file goes. */
export function updateCluster(
  place: Place,
  change: (before: ClusterState | undefined) => ClusterState | undefined,
  noted: Partial<ClusterNotes> = {},
): void {
  const path = clusterFilePath(place);
  underGuard(`${notesPath(place)}.guard`, () => {
    const before = readNotes(place);
    const after = change(parseCluster(readIfThere(path) ?? '', before.started));
    if (after === undefined || isEmpty(after)) {
      removeFile(path);
      removeFile(notesPath(place));
    } else {
      const started = startNotes(after.controller, after.engineSets);
      writeFileAtomically(notesPath(place), formatNotes({ ...before, ...noted, started }));
      writeFileAtomically(path, JSON.stringify(formatCluster(after)));
    }
  });
}

/** Removes what a controller leaves that was killed. Files made to be used again stay. */
export function removeRemains({ profileDir, clusterId }: Place, options: JsonObject): void {
  if (!keepsFiles(options)) removeConnectionFiles(connectionPaths(profileDir, clusterId));
  removeFile(engineStatePath(profileDir, clusterId));
  removeStaleClaims(profileDir, clusterId);
}

/** Was the controller told to keep its connection files (§7.5)? */
export const keepsFiles = ({ controller_args: args }: JsonObject): boolean =>
  Array.isArray(args) &&
  args.some(
    (arg) => typeof arg === 'string' && /^--(reuse|restore|.*\.(reuse_files|restore_engines)=\s*(true|1))$/i.test(arg),
  );
