// Clusters on disk: the cluster file, and beside it (in `pid`) when each process began and on which host.
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
import type { Launcher, LaunchHandle } from '@muster/launchers';
import { isJsonObject, type JsonObject } from '@muster/protocol';
import { type Cluster, formatCluster, parseCluster, type StartNotes, startNotes } from './cluster-file.ts';

/** A cluster as found: only what runs is in it. */
export interface FoundCluster extends Cluster {
  /** The other machine (sharing this folder) that it runs on; its processes cannot be seen from here. */
  readonly otherHost?: string | undefined;
}

export const clusterFilePath = (profileDir: string, clusterId: string): string =>
  join(profilePart(profileDir, 'security'), `cluster-${checkClusterId(clusterId)}.json`);

const notesPath = (profileDir: string, clusterId: string): string =>
  join(profilePart(profileDir, 'pid'), `cluster-${clusterId}.json`);

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

/** Reads the file and leaves out what has ended. Undefined without a (readable) file. */
export async function loadCluster(
  profileDir: string,
  clusterId: string,
  launcher: Launcher,
): Promise<FoundCluster | undefined> {
  const { host, started } = readNotes(profileDir, clusterId);
  const cluster = parseCluster(readIfThere(clusterFilePath(profileDir, clusterId)) ?? '', started);
  if (cluster === undefined) return undefined;
  if (host !== undefined && host !== hostname()) return { ...cluster, otherHost: host };
  const sets = await Promise.all(
    Object.entries(cluster.engineSets).map(async ([id, set]) => [id, await living(set, launcher)] as const),
  );
  return {
    ...cluster,
    controller: cluster.controller && (await living(cluster.controller, launcher)),
    engineSets: Object.fromEntries(sets.flatMap(([id, set]) => (set === undefined ? [] : [[id, set]]))),
  };
}

export const isEmpty = (cluster: Cluster): boolean =>
  cluster.controller === undefined && Object.keys(cluster.engineSets).length === 0;

/** Writes a new state, computed from the one on disk; without a controller and engines the file goes. */
export function updateCluster(
  profileDir: string,
  clusterId: string,
  change: (before: Cluster | undefined) => Cluster | undefined,
): void {
  const path = clusterFilePath(profileDir, clusterId);
  const notes = notesPath(profileDir, clusterId);
  underGuard(`${notes}.guard`, () => {
    const after = change(parseCluster(readIfThere(path) ?? '', readNotes(profileDir, clusterId).started));
    if (after === undefined || isEmpty(after)) {
      removeFile(path);
      removeFile(notes);
    } else {
      writeFileAtomically(notes, JSON.stringify({ host: hostname(), started: startNotes(after) }));
      writeFileAtomically(path, JSON.stringify(formatCluster(after)));
    }
  });
}

/** Removes what a controller leaves that was killed. Files made to be used again stay. */
export function removeRemains(profileDir: string, clusterId: string, options: JsonObject): void {
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

async function living(handle: LaunchHandle, launcher: Launcher): Promise<LaunchHandle | undefined> {
  const { running } = await launcher.status(handle);
  const processes = Object.entries(handle.processes).filter(([key]) => running.includes(key));
  return processes.length === 0 ? undefined : { ...handle, processes: Object.fromEntries(processes) };
}

function readNotes(profileDir: string, clusterId: string): { host: string | undefined; started: StartNotes } {
  const nothing = { host: undefined, started: {} };
  try {
    const notes: unknown = JSON.parse(readIfThere(notesPath(profileDir, clusterId)) ?? 'null');
    if (!isJsonObject(notes) || !isJsonObject(notes.started)) return nothing;
    const started = Object.entries(notes.started).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    );
    return { host: typeof notes.host === 'string' ? notes.host : undefined, started: Object.fromEntries(started) };
  } catch {
    return nothing;
  }
}
