// The cluster file `security/cluster-ID.json` in the form that Python writes and reads (§9.2), as plain data.
import type { LaunchedProcess, LaunchHandle } from '@muster/launchers';
import type { Json, JsonObject } from '@muster/protocol';
import { isJsonObject } from '@muster/protocol';

/** A cluster as it stands in its file. */
export interface Cluster {
  readonly clusterId: string;
  readonly profileDir: string;
  /** Section `cluster`, as it was. */
  readonly options: JsonObject;
  readonly controller?: LaunchHandle | undefined;
  /** By set id. */
  readonly engineSets: Readonly<Record<string, LaunchHandle>>;
}

/** Times of start by pid: Python's file has no place for them (they are kept beside it). */
export type StartNotes = Readonly<Record<string, string>>;

const pythonClass = 'ipyparallel.cluster.cluster.Cluster';

/** What `ipcluster start` was asked for, as section `cluster`. */
export const describeOptions = (given: {
  readonly controllerArguments: readonly string[];
  readonly controllerIp: string;
  readonly controllerLocation: string;
  readonly delayS: number;
  readonly n: number;
}): JsonObject => ({
  controller_args: [...given.controllerArguments],
  controller_ip: given.controllerIp,
  controller_location: given.controllerLocation,
  delay: given.delayS,
  n: given.n,
});

export function formatCluster(cluster: Cluster): JsonObject {
  const { clusterId: cluster_id, profileDir: profile_dir, controller, engineSets } = cluster;
  const base = { cluster_id, profile_dir, state: 'running' };
  const one = ({ pid, outputFile }: LaunchedProcess): JsonObject => ({ ...base, output_file: outputFile, pid });
  const set = (handle: LaunchHandle): JsonObject => {
    const engines = Object.entries(handle.processes).map(([key, process]) => [key, { ...one(process), n: 1 }]);
    return { ...base, n: engines.length, pid: -1, engines: Object.fromEntries(engines) };
  };
  const sets = Object.entries(engineSets);
  const first = controller === undefined ? undefined : Object.values(controller.processes)[0];
  return {
    cluster: { delay: 0, n: null, ...cluster.options, cluster_id, profile_dir, class: pythonClass },
    ...(controller === undefined || first === undefined
      ? {}
      : { controller: { class: controller.launcher, state: one(first) } }),
    ...(sets.length === 0
      ? {}
      : {
          engines: {
            class: sets[0]?.[1].launcher ?? 'local',
            sets: Object.fromEntries(sets.map(([id, handle]) => [id, set(handle)])),
          },
        }),
  };
}

export const startNotes = (cluster: Cluster): StartNotes =>
  Object.fromEntries(
    [cluster.controller, ...Object.values(cluster.engineSets)]
      .flatMap((handle) => Object.values(handle?.processes ?? {}))
      .flatMap(({ pid, startedAt }) => (startedAt === undefined ? [] : [[String(pid), startedAt]])),
  );

/** Reads what we or Python wrote; undefined when it is no cluster file. Parts of a form that we do not know are left out. */
export function parseCluster(text: string, notes: StartNotes): Cluster | undefined {
  const file = tryJson(text);
  if (!isJsonObject(file) || !isJsonObject(file.cluster)) return undefined;
  const { cluster_id: clusterId, profile_dir: profileDir, class: _, ...options } = file.cluster;
  if (typeof clusterId !== 'string' || typeof profileDir !== 'string') return undefined;
  const controller = isJsonObject(file.controller) ? file.controller : {};
  const engines = isJsonObject(file.engines) ? file.engines : {};
  const main = isJsonObject(controller.state) ? parseProcess(controller.state, notes) : undefined;
  const launcher = (section: JsonObject) => (typeof section.class === 'string' ? section.class : 'local');
  const engineSets = Object.entries(isJsonObject(engines.sets) ? engines.sets : {}).flatMap(([id, set]) => {
    const processes = isJsonObject(set) ? parseSet(set, notes) : {};
    return Object.keys(processes).length === 0 ? [] : [[id, { launcher: launcher(engines), processes }]];
  });
  return {
    clusterId,
    profileDir,
    options,
    controller: main === undefined ? undefined : { launcher: launcher(controller), processes: { '0': main } },
    engineSets: Object.fromEntries(engineSets),
  };
}

/** A set of processes, or one process for all engines (MPI). */
function parseSet(set: JsonObject, notes: StartNotes): Record<string, LaunchedProcess> {
  const whole = parseProcess(set, notes);
  if (whole !== undefined) return { '0': whole };
  const engines = Object.entries(isJsonObject(set.engines) ? set.engines : {}).flatMap(([key, engine]) => {
    const process = isJsonObject(engine) ? parseProcess(engine, notes) : undefined;
    return process === undefined ? [] : [[key, process] as const];
  });
  return Object.fromEntries(engines);
}

function parseProcess(state: JsonObject, notes: StartNotes): LaunchedProcess | undefined {
  const { pid, output_file: outputFile } = state;
  if (typeof pid !== 'number' || !Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, startedAt: notes[pid], outputFile: typeof outputFile === 'string' ? outputFile : '' };
}

function tryJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
