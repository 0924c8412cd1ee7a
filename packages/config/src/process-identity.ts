// Which process a pid means: pids are used again, so the time of the start goes with it.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessIdentity {
  readonly pid: number;
  /** When the process began, in the system's own words; undefined when it was not known. */
  readonly startedAt?: string | undefined;
}

/** This moment's identity of a pid, or undefined when no such process runs (one that only waits to be reaped does not). */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  if (process.platform === 'linux') return identifyByProc(pid);
  if (process.platform === 'win32') return exists(pid) ? { pid } : undefined;
  const { stdout, status } = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' });
  const [state = '', ...began] = (stdout ?? '').trim().split(/\s+/);
  return status === 0 && state !== '' && !state.startsWith('Z') ? { pid, startedAt: began.join(' ') } : undefined;
}

/** Does this very process still run? Without a known start any process with the pid counts. */
export function isRunning(identity: ProcessIdentity): boolean {
  const now = identifyProcess(identity.pid);
  return now !== undefined && (identity.startedAt === undefined || identity.startedAt === now.startedAt);
}

/** Words of the command line of a process, or undefined where they cannot be read. */
export function commandLineOf(pid: number): readonly string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  } catch {
    return undefined;
  }
}

/** Which of these process groups have a member that runs. One that only waits to be reaped does not run. */
export function runningGroups(groups: readonly number[]): number[] {
  const there = groups.filter((group) => exists(-group));
  if (there.length === 0 || process.platform !== 'linux') return there;
  const running = new Set<number>();
  for (const name of readdirSync('/proc')) {
    const fields = /^\d+$/.test(name) ? procFields(Number(name)) : undefined;
    if (fields !== undefined && !isOver(fields)) running.add(Number(fields[2]));
  }
  return there.filter((group) => running.has(group));
}

/** /proc/PID/stat: the name in brackets may hold anything; after it come state, parent, group and, 19 after the state, the start. */
function procFields(pid: number): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

const isOver = (fields: readonly string[]): boolean => fields[0] === 'Z' || fields[0] === 'X';

function identifyByProc(pid: number): ProcessIdentity | undefined {
  const fields = procFields(pid);
  if (fields === undefined) return exists(pid) ? { pid } : undefined;
  return isOver(fields) ? undefined : { pid, startedAt: fields[19] };
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
