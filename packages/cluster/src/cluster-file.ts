// The cluster file `security/cluster-ID.json` in the form that Python writes and reads (§9.2), as plain data.
import type { LaunchHandle } from '@muster/launchers';
import type { Json, JsonObject } from '@muster/protocol';
import { isJsonObject } from '@muster/protocol';
import type { Place } from './place.ts';
import { formatController, formatEngines, parseController, parseEngines, type StartNotes } from './sections.ts';

/** A cluster as it stands in its file. */
export interface ClusterState extends Place {
  /** Section `cluster`, as it was. */
  readonly options: JsonObject;
  readonly controller?: LaunchHandle | undefined;
  /** By set id. */
  readonly engineSets: Readonly<Record<string, LaunchHandle>>;
}

const pythonClass = 'ipyparallel.cluster.cluster.Cluster';

/** What a cluster was asked for, as section `cluster`. */
export const describeOptions = (given: {
  readonly controllerArguments: readonly string[];
  readonly controllerIp: string;
  readonly controllerLocation: string;
  readonly delayS: number;
  readonly n: number | null;
}): JsonObject => ({
  controller_args: [...given.controllerArguments],
  controller_ip: given.controllerIp,
  controller_location: given.controllerLocation,
  delay: given.delayS,
  n: given.n,
});

export function formatCluster(cluster: ClusterState): JsonObject {
  const { clusterId: cluster_id, profileDir: profile_dir, controller, engineSets } = cluster;
  const base = { cluster_id, profile_dir, state: 'running' };
  return {
    cluster: { delay: 0, n: null, ...cluster.options, cluster_id, profile_dir, class: pythonClass },
    ...(controller === undefined ? {} : { controller: formatController(controller, base) }),
    ...(Object.keys(engineSets).length === 0 ? {} : { engines: formatEngines(engineSets, base) }),
  };
}

/** Reads what we or Python wrote; undefined when it is no cluster file. Parts of a form that we do not know are left out. */
export function parseCluster(text: string, notes: StartNotes): ClusterState | undefined {
  const file = tryJson(text);
  if (!isJsonObject(file) || !isJsonObject(file.cluster)) return undefined;
  const { cluster_id: clusterId, profile_dir: profileDir, class: _, ...options } = file.cluster;
  if (typeof clusterId !== 'string' || typeof profileDir !== 'string') return undefined;
  return {
    clusterId,
    profileDir,
    options,
    controller: parseController(file.controller, notes),
    engineSets: parseEngines(file.engines, notes),
  };
}

function tryJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
