// Waiting while a cluster starts: for the controller's files, for engines to register.
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { connectionPaths } from '@muster/config';
import type { EndedProcess, LaunchHandle, LaunchNote, LaunchRole, LaunchStatus } from '@muster/launchers';
import { launchedCount } from '@muster/launchers';
import { MusterError } from '@muster/protocol';
import type { Launchers } from './launchers.ts';
import { logTail } from './log-tail.ts';
import type { Place } from './place.ts';
import type { ClusterProgress } from './progress.ts';
import { countOf, seconds } from './progress.ts';
import type { Registrations } from './registered.ts';

/** What is watched. */
export interface Watched {
  readonly place: Place;
  readonly launchers: Launchers;
  readonly controller?: LaunchHandle | undefined;
  /** Start of the whole, by performance.now(). */
  readonly began: number;
  readonly tell: (progress: ClusterProgress) => void;
  /** Ends every wait. */
  readonly stop: AbortSignal | undefined;
}

const pollMs = 25;

/** Looking at processes costs more than looking at a file; asking other machines or a batch system much more. */
export const askEveryMs = (handle: LaunchHandle): number => (['local', 'mpi'].includes(handle.launcher) ? 100 : 2000);

export const askStatus = async (launchers: Launchers, role: LaunchRole, handle: LaunchHandle): Promise<LaunchStatus> =>
  (await launchers.of(role, handle.launcher)).status(handle);

/** Waits for the controller's files. Throws `start_failed` when it ends, or does not write them in time (never, if negative). */
export async function untilControllerIsUp(watched: Watched, timeoutMs: number): Promise<void> {
  const { place, began, controller, stop, tell } = watched;
  const { engine, client } = connectionPaths(place.profileDir, place.clusterId);
  let asked = -Infinity;
  while (!existsSync(engine) || !existsSync(client)) {
    const now = performance.now();
    if (controller !== undefined && now - asked > askEveryMs(controller)) {
      asked = now;
      await failIfControllerEnded(watched);
    }
    if (timeoutMs >= 0 && now - began > timeoutMs) throw await notUp(watched, timeoutMs);
    await delay(pollMs, undefined, { signal: stop });
  }
  const elapsedMs = performance.now() - began;
  tell({ phase: 'controller.up', text: `Controller is up (${seconds(elapsedMs)}).`, elapsedMs });
}

async function notUp({ launchers, controller }: Watched, timeoutMs: number): Promise<MusterError> {
  const waiting = controller && (await askStatus(launchers, 'controller', controller)).waiting?.[0]?.reason;
  const log = controller && (await endOfLog(launchers, 'controller', controller));
  return new MusterError(
    'start_failed',
    `The controller did not come up within ${seconds(timeoutMs)}.\n${waiting ?? log ?? ''}`.trimEnd(),
    waiting === undefined
      ? 'Look at its log, or give it more time: --controller-timeout=SECONDS.'
      : 'Give it more time: --controller-timeout=SECONDS, -1 for ever.',
  );
}

/** The end of the log of the first process of a handle. */
async function endOfLog(launchers: Launchers, role: LaunchRole, handle: LaunchHandle): Promise<string> {
  const [first] = Object.values(handle.processes);
  const launcher = await launchers.of(role, handle.launcher);
  const logs = await launcher.logs?.(handle).catch(() => undefined);
  const [text] = Object.values(logs ?? {});
  return logTail(first?.outputFile ?? '', text);
}

export interface Registered {
  /** How many of those that were started are not registered. */
  readonly missing: number;
  /** Of these, what still waits for a system. */
  readonly waiting: readonly LaunchNote[];
}

/**
 * Waits until as many engines as were started are registered beyond those of `before`, or until the timeout. Throws `start_failed` when the controller or an engine ends.
 */
export async function untilRegistered(
  watched: Watched,
  sets: readonly LaunchHandle[],
  registrations: Registrations,
  before: ReadonlySet<string>,
  timeoutMs: number,
): Promise<Registered> {
  const { began, tell, stop } = watched;
  const wanted = countAll(sets);
  const askEvery = Math.max(...sets.map(askEveryMs));
  const from = performance.now();
  let asked = -Infinity;
  let waiting: readonly LaunchNote[] = [];
  for (;;) {
    const registered = [...registrations.now()].filter((uuid) => !before.has(uuid)).length;
    if (registered >= wanted) return { missing: 0, waiting: [] };
    const elapsedMs = performance.now() - began;
    const text = `Engines: ${registered} of ${wanted} registered (${seconds(elapsedMs)}) …`;
    tell({ phase: 'engines.registering', text, registered, wanted, elapsedMs });
    if (performance.now() - asked > askEvery) {
      asked = performance.now();
      await failIfControllerEnded(watched);
      waiting = await failIfEngineEnded(watched, sets);
    }
    if (performance.now() - from > timeoutMs) return { missing: wanted - registered, waiting };
    await delay(pollMs, undefined, { signal: stop });
  }
}

async function failIfControllerEnded({ launchers, controller, began }: Watched): Promise<void> {
  const [main] = controller === undefined ? [] : (await askStatus(launchers, 'controller', controller)).ended;
  if (main !== undefined) throw endedEarly('The controller', main, began);
}

async function failIfEngineEnded(
  { launchers, began }: Watched,
  sets: readonly LaunchHandle[],
): Promise<readonly LaunchNote[]> {
  const statuses = await Promise.all(sets.map((set) => askStatus(launchers, 'engine', set)));
  const ended = statuses.flatMap((status) => status.ended);
  const [first] = ended;
  if (first === undefined) return statuses.flatMap(({ waiting = [] }) => waiting);
  const others = ended.length > 1 ? `${countOf(ended.length, 'engine')} ended; engine` : 'Engine';
  throw endedEarly(`${others} ${first.key}`, first, began);
}

const endedEarly = (what: string, process: EndedProcess, began: number): MusterError =>
  new MusterError(
    'start_failed',
    `${what} ended ${how(process)} after ${seconds(performance.now() - began)}.\n${tailOf(process)}`,
    process.remedy ?? 'Mend what the log says, and start again.',
  );

export const tailOf = ({ outputFile, logTail: text }: EndedProcess): string => logTail(outputFile, text);

/** `with status 1`, `by SIGKILL`. */
export const how = ({ exit }: EndedProcess): string =>
  exit === undefined ? 'by itself' : typeof exit === 'number' ? `with status ${exit}` : `by ${exit}`;

export const countAll = (sets: readonly LaunchHandle[]): number =>
  sets.reduce((sum, set) => sum + launchedCount(set), 0);

/** What is wrong with engines that have not registered, for people. */
export async function describeMissing(
  launchers: Launchers,
  sets: readonly LaunchHandle[],
  { missing, waiting }: Registered,
  timeoutMs: number,
): Promise<string> {
  const what = `${missing} of ${countOf(countAll(sets), 'engine')}`;
  const reasons = waiting.map(({ reason }) => reason).join('; ');
  if (reasons !== '') return `${what} will join later: ${reasons}.`;
  const log = sets[0] === undefined ? '' : await endOfLog(launchers, 'engine', sets[0]);
  return `${what} did not register within ${seconds(timeoutMs)}.\n${log}`;
}
