// Processes of this machine (§9.4, Local): each in its own session, so that a Ctrl-C or the end of this program does not
// reach them; output appended to a log file. A pid is only ever signalled together with the time of its start.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { commandLineOf, identifyProcess, isRunning, profilePart, reason, runningGroups } from '@muster/config';
import { MusterError } from '@muster/protocol';
import type { EndedProcess, LaunchedProcess, Launcher, LaunchHandle, LaunchSignal, LaunchSpec } from './port.ts';
import { checkCount } from './port.ts';

export interface LocalLauncherOptions {
  /** From SIGTERM to SIGKILL. Default 5000. */
  readonly killAfterMs?: number;
  /** How long `remove` waits after SIGKILL. Default 5000. */
  readonly giveUpAfterMs?: number;
  /** How long what a process left in its session may take to end by itself. Default 1000. */
  readonly leftoversMs?: number;
}

const pollMs = 20;
/** How the processes end that this program started: by their pid, a status or a signal. */
type Exits = Map<number, Promise<number | string>>;
/** How long the news of an end may take behind the end. */
const newsMs = 1000;
/** Of a process whose start was not known. */
const unknownStart = 'ended at once';

export function createLocalLauncher(options: LocalLauncherOptions = {}): Launcher {
  const { killAfterMs = 5000, giveUpAfterMs = 5000, leftoversMs = 1000 } = options;
  const exits: Exits = new Map();

  const remove = async (handle: LaunchHandle): Promise<void> => {
    const alive = Object.values(handle.processes).filter(runs);
    for (const { pid } of alive) send(pid, 'SIGTERM');
    let left = await waitUntilGone(alive, killAfterMs);
    for (const { pid } of left) send(-pid, 'SIGKILL');
    left = await waitUntilGone(left, giveUpAfterMs);
    await endLeftovers(alive, leftoversMs);
    if (left.length > 0) {
      const pids = left.map(({ pid }) => pid).join(', ');
      throw new MusterError('timeout', `These processes do not end: ${pids}.`, `Look at them: ps -fp ${pids}`);
    }
  };

  const submit = async (spec: LaunchSpec): Promise<LaunchHandle> => {
    checkCount(spec.n);
    const processes: Record<string, LaunchedProcess> = {};
    try {
      for (let i = 0; i < spec.n; i++) {
        if (i > 0 && spec.delayMs > 0) await delay(spec.delayMs);
        processes[i] = await start(spec, i, exits);
      }
    } catch (error) {
      await remove({ launcher: 'local', processes });
      throw error;
    }
    return { launcher: 'local', processes };
  };

  return {
    submit,
    remove,
    async status(handle) {
      const running: string[] = [];
      const ended: EndedProcess[] = [];
      for (const [key, launched] of Object.entries(handle.processes)) {
        if (runs(launched)) running.push(key);
        else ended.push({ key, ...launched, exit: await untilTold(exits.get(launched.pid)) });
      }
      return { running, ended };
    },
    async signal(handle, signal) {
      for (const launched of Object.values(handle.processes)) if (runs(launched)) send(launched.pid, signal);
    },
  };
}

/** How a process that runs no more has ended; undefined where it was started by another program. */
async function untilTold(exit: Promise<number | string> | undefined): Promise<number | string | undefined> {
  if (exit === undefined) return undefined;
  const patience = new AbortController();
  try {
    return await Promise.race([exit, delay(newsMs, undefined, { signal: patience.signal })]);
  } finally {
    patience.abort();
  }
}

async function start(spec: LaunchSpec, i: number, exits: Exits): Promise<LaunchedProcess> {
  const [program, ...args] = spec.command;
  const name = spec.numbered ? `${spec.identifier}-${i}` : spec.identifier;
  const outputFile = join(profilePart(spec.profileDir, 'log'), `${name}.log`);
  let child: ChildProcess;
  try {
    const output = openSync(outputFile, 'a', 0o600);
    try {
      child = spawn(program, args, {
        cwd: spec.workDir,
        detached: true,
        env: {
          ...process.env,
          IPP_CLUSTER_ID: spec.clusterId,
          IPP_PROFILE_DIR: spec.profileDir,
          ...spec.environment,
        },
        stdio: ['ignore', output, output],
      });
    } finally {
      closeSync(output);
    }
    await spawned(child);
  } catch (error) {
    throw new MusterError(
      'start_failed',
      `${spec.command.join(' ')} cannot be started in ${spec.workDir}: ${reason(error)}`,
      'Check that the program is installed and can be executed, and that the folder is there.',
    );
  }
  const pid = child.pid as number;
  exits.set(pid, new Promise((tell) => child.once('exit', (status, signal) => tell(signal ?? status ?? 0))));
  child.unref();
  return { pid, startedAt: identifyProcess(pid)?.startedAt ?? unknownStart, outputFile };
}

const spawned = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });

/** Without a note of its start, a process counts only if its command line is that of a controller or an engine. */
function runs(launched: LaunchedProcess): boolean {
  if (launched.startedAt !== undefined) return isRunning(launched);
  if (!isRunning({ pid: launched.pid })) return false;
  return commandLineOf(launched.pid)?.some((word) => /ipcontroller|ipengine|ipyparallel/.test(word)) ?? false;
}

/** Those that still run at the deadline. */
async function waitUntilGone(processes: readonly LaunchedProcess[], timeoutMs: number): Promise<LaunchedProcess[]> {
  const deadline = performance.now() + timeoutMs;
  let left = processes.filter(runs);
  while (left.length > 0 && performance.now() < deadline) {
    await delay(pollMs);
    left = left.filter(runs);
  }
  return left;
}

/** Children that an ended process left in its session: they get a moment (to report an end, say), then SIGKILL. */
async function endLeftovers(ended: readonly LaunchedProcess[], timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  let groups = runningGroups(ended.map(({ pid }) => pid));
  while (groups.length > 0 && performance.now() < deadline) {
    await delay(pollMs);
    groups = runningGroups(groups);
  }
  for (const pid of groups) send(-pid, 'SIGKILL');
}

/** Who is gone meanwhile needs no signal. */
function send(pid: number, signal: LaunchSignal): void {
  try {
    process.kill(pid, signal);
  } catch {}
}
