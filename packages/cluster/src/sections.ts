// The sections `controller` and `engines` of a cluster file, from and to launch handles.
import type { LaunchedProcess, LaunchHandle } from '@muster/launchers';
import type { Json, JsonObject } from '@muster/protocol';
import { isJsonObject } from '@muster/protocol';

/** Times of start by `where:pid`: Python's file has no place for them (they are kept beside it). */
export type StartNotes = Readonly<Record<string, string>>;
type Sets = Readonly<Record<string, LaunchHandle>>;

const noteKey = (where: string, pid: number): string => `${where}:${pid}`;

export const startNotes = (controller: LaunchHandle | undefined, engineSets: Sets): StartNotes =>
  Object.fromEntries(
    [['controller', controller] as const, ...Object.entries(engineSets)].flatMap(([where, handle]) =>
      Object.values(handle?.processes ?? {}).flatMap(({ pid, startedAt }) =>
        startedAt === undefined ? [] : [[noteKey(where, pid), startedAt]],
      ),
    ),
  );

const one = ({ pid, outputFile }: LaunchedProcess): JsonObject => ({ output_file: outputFile, pid });

export function formatController({ launcher, processes, state }: LaunchHandle, base: JsonObject): JsonObject {
  const [process] = Object.values(processes);
  return { class: launcher, state: { ...base, ...state, ...(process === undefined ? {} : one(process)) } };
}

/**
 * Python knows one launcher for all sets. Where there are several, that of processes of this machine is named if it is among
 * them: Python can then look after each set that is a process here. Sets of another one say so themselves.
 */
export function formatEngines(sets: Sets, base: JsonObject): JsonObject {
  const names = [...new Set(Object.values(sets).map(({ launcher }) => launcher))];
  const common = names.length > 1 && names.includes('local') ? 'local' : (names[0] ?? 'local');
  const format = (set: LaunchHandle): JsonObject => {
    const { launcher, processes, n } = set;
    if (launcher === common) return formatSet(set, base);
    const isProcess = common === 'local' && n !== undefined && Object.keys(processes).length > 0;
    const { n: _, ...parts } = set;
    return isProcess
      ? { ...formatSet(parts, base), muster: { launcher, n } }
      : { ...formatSet(set, base), muster: { launcher } };
  };
  return { class: common, sets: Object.fromEntries(Object.entries(sets).map(([id, set]) => [id, format(set)])) };
}

/** One process or job for all (MPI, PBS), which has a number; or a process for each engine. */
function formatSet({ n, processes, state = {} }: LaunchHandle, base: JsonObject): JsonObject {
  const [whole, ...more] = Object.values(processes);
  if (n !== undefined && more.length === 0 && !isJsonObject(state.engines)) {
    return { ...base, ...state, n, ...(whole === undefined ? {} : one(whole)) };
  }
  const { engines: known, ...rest } = state;
  const engines = Object.entries(processes).map(([key, process]) => {
    const own = isJsonObject(known) && isJsonObject(known[key]) ? known[key] : {};
    return [key, { ...base, ...own, ...one(process), n: 1 }];
  });
  return { ...base, ...rest, n: engines.length, pid: -1, engines: Object.fromEntries(engines) };
}

const launcherOf = (section: JsonObject): string => (typeof section.class === 'string' ? section.class : 'local');

export function parseController(section: Json | undefined, notes: StartNotes): LaunchHandle | undefined {
  if (!isJsonObject(section) || !isJsonObject(section.state)) return undefined;
  return parseWhole(launcherOf(section), section.state, 'controller', notes);
}

export function parseEngines(section: Json | undefined, notes: StartNotes): Record<string, LaunchHandle> {
  if (!isJsonObject(section) || !isJsonObject(section.sets)) return {};
  const sets = Object.entries(section.sets).flatMap(([id, set]) => {
    if (!isJsonObject(set)) return [];
    const { muster, ...rest } = set;
    const { launcher, n } = isJsonObject(muster) ? muster : {};
    const handle = parseSet(typeof launcher === 'string' ? launcher : launcherOf(section), rest, id, notes);
    return handle === undefined ? [] : [[id, typeof n === 'number' && n > 0 ? { ...handle, n } : handle]];
  });
  return Object.fromEntries(sets);
}

function parseSet(launcher: string, set: JsonObject, id: string, notes: StartNotes): LaunchHandle | undefined {
  if (!isJsonObject(set.engines)) {
    const { n, ...rest } = set;
    const whole = parseWhole(launcher, rest, id, notes);
    return whole && { ...whole, n: typeof n === 'number' && n > 0 ? n : 1 };
  }
  const { n: _, pid: __, engines, ...state } = withoutBase(set);
  const processes: Record<string, LaunchedProcess> = {};
  const known: Record<string, JsonObject> = {};
  for (const [key, engine] of Object.entries(engines as JsonObject)) {
    const process = isJsonObject(engine) ? parseProcess(engine, id, notes) : undefined;
    if (!isJsonObject(engine) || process === undefined) continue;
    processes[key] = process;
    const { n: ___, pid: ____, output_file: _____, ...rest } = withoutBase(engine);
    if (!isBlank(rest)) known[key] = rest;
  }
  if (isBlank(processes)) return undefined;
  return handleOf(launcher, processes, isBlank(known) ? state : { ...state, engines: known });
}

/** One process for all, or a job that has none here. */
function parseWhole(launcher: string, section: JsonObject, at: string, notes: StartNotes): LaunchHandle | undefined {
  const process = parseProcess(section, at, notes);
  const { pid: _, ...rest } = withoutBase(section);
  if (process === undefined) return typeof rest.job_id === 'string' ? handleOf(launcher, {}, rest) : undefined;
  const { output_file: __, ...state } = rest;
  return handleOf(launcher, { '0': process }, state);
}

const handleOf = (launcher: string, processes: LaunchHandle['processes'], state: JsonObject): LaunchHandle => ({
  launcher,
  processes,
  ...(isBlank(state) ? {} : { state }),
});

const isBlank = (object: object): boolean => Object.keys(object).length === 0;

const withoutBase = ({ cluster_id: _, profile_dir: __, state: ___, ...rest }: JsonObject): JsonObject => rest;

function parseProcess(state: JsonObject, where: string, notes: StartNotes): LaunchedProcess | undefined {
  const { pid, output_file: outputFile } = state;
  if (typeof pid !== 'number' || !Number.isInteger(pid) || pid <= 0) return undefined;
  return {
    pid,
    startedAt: notes[noteKey(where, pid)],
    outputFile: typeof outputFile === 'string' ? outputFile : '',
  };
}
