// Waiting while a cluster starts and runs: for the controller's files, for engines to register, for processes to end.
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { connectionPaths } from '@muster/config';
import type { EndedProcess, Launcher, LaunchHandle } from '@muster/launchers';
import { MusterError } from '@muster/protocol';
import { logTail } from './log-tail.ts';
import type { Place } from './programs.ts';
import type { Progress } from './progress.ts';
import { countOf, seconds } from './progress.ts';
import { registeredEngines } from './registered.ts';

/** What is watched. */
export interface Watched {
  readonly place: Place;
  readonly launcher: Launcher;
  readonly controller?: LaunchHandle | undefined;
  readonly engines: LaunchHandle;
  /** Start of the whole, by performance.now(). */
  readonly began: number;
  readonly progress: Progress;
  /** Ends every wait. */
  readonly stop: AbortSignal;
}

const pollMs = 25;
/** Looking at all processes costs more than looking at a file. */
const processesEvery = 4;
const quietPollMs = 300;

/** Waits for the controller's files. Throws `start_failed` when it ends, or does not write them in time. */
export async function untilControllerIsUp(
  { place, launcher, began, progress, stop }: Watched,
  controller: LaunchHandle,
  timeoutMs: number,
): Promise<void> {
  const { engine } = connectionPaths(place.profileDir, place.clusterId);
  while (!existsSync(engine)) {
    const [ended] = (await launcher.status(controller)).ended;
    if (ended !== undefined) throw endedEarly('The controller', ended, began);
    if (performance.now() - began > timeoutMs) {
      const log = logTail(Object.values(controller.processes)[0]?.outputFile ?? '');
      throw new MusterError('start_failed', `The controller did not come up within ${seconds(timeoutMs)}.\n${log}`);
    }
    await delay(pollMs, undefined, { signal: stop });
  }
  progress.count(`Controller is up (${seconds(performance.now() - began)}).`);
}

/**
 * Waits until as many engines as were started are registered beyond those of `before`; returns how many are not (0, or
 * more after the timeout). Throws `start_failed` when the controller or an engine ends.
 */
export async function untilRegistered(
  watched: Watched,
  before: ReadonlySet<string>,
  timeoutMs: number,
): Promise<number> {
  const { place, began, progress, stop } = watched;
  const n = Object.keys(watched.engines.processes).length;
  for (let round = 0; ; round++) {
    const all = registeredEngines(place.profileDir, place.clusterId) ?? new Set<string>();
    const registered = [...all].filter((uuid) => !before.has(uuid)).length;
    if (registered >= n) return 0;
    progress.count(`Engines: ${registered} of ${n} registered (${seconds(performance.now() - began)}) …`);
    if (round % processesEvery === 0) await failIfEnded(watched);
    if (performance.now() - began > timeoutMs) return n - registered;
    await delay(pollMs, undefined, { signal: stop });
  }
}

async function failIfEnded({ launcher, controller, engines, began }: Watched): Promise<void> {
  const [main] = controller === undefined ? [] : (await launcher.status(controller)).ended;
  if (main !== undefined) throw endedEarly('The controller', main, began);
  const { ended } = await launcher.status(engines);
  const [first] = ended;
  if (first === undefined) return;
  const others = ended.length > 1 ? `${countOf(ended.length, 'engine')} ended; engine` : 'Engine';
  throw endedEarly(`${others} ${first.key}`, first, began);
}

const endedEarly = (what: string, process: EndedProcess, began: number): MusterError =>
  new MusterError(
    'start_failed',
    `${what} ended ${how(process)} after ${seconds(performance.now() - began)}.\n${logTail(process.outputFile)}`,
    'Mend what the log says, and start again.',
  );

/** `with status 1`, `by SIGKILL`. */
const how = ({ exit }: EndedProcess): string =>
  exit === undefined ? 'by itself' : typeof exit === 'number' ? `with status ${exit}` : `by ${exit}`;

/** Engines that end sooner than this did not start well. */
const earlyMs = 30_000;

/**
 * Waits for the end: of the controller, or without one of all engines. Says when an engine ends. Resolves to the exit
 * status that follows; rejects when `stop` is given.
 */
export async function untilTheEnd({ launcher, controller, engines, began, progress, stop }: Watched): Promise<number> {
  const known = new Set<string>();
  for (;;) {
    const [main] = controller === undefined ? [] : (await launcher.status(controller)).ended;
    if (main !== undefined) {
      if (main.exit === 0) progress.say('The controller has stopped.');
      else process.stderr.write(`The controller ended ${how(main)}.\n${logTail(main.outputFile)}\n`);
      return main.exit === 0 ? 0 : 1;
    }
    const { running, ended } = await launcher.status(engines);
    for (const engine of ended.filter(({ key }) => !known.has(key))) {
      known.add(engine.key);
      if (engine.exit === 0) progress.say(`Engine ${engine.key} has stopped.`);
      else process.stderr.write(`Engine ${engine.key} ended ${how(engine)}.\n${logTail(engine.outputFile)}\n`);
    }
    const early = performance.now() - began < earlyMs && ended.some(({ exit }) => exit !== 0);
    if (running.length === 0 && (controller === undefined || early)) {
      progress.say('All engines have ended.');
      return early ? 1 : 0;
    }
    await delay(quietPollMs, undefined, { signal: stop });
  }
}
