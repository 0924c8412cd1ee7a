// What a launcher is: three calls and plain data. A handle survives a restart of the program that made it, so it can be
// kept in a file and used by another command.
import { type JsonObject, MusterError } from '@muster/protocol';

/** What to start. */
export interface LaunchSpec {
  /** The program and its arguments; no shell. */
  readonly command: readonly [program: string, ...args: string[]];
  /** How many words of `command` are the program, for which a launcher may have another in its settings. Default 1. */
  readonly programWords?: number | undefined;
  /** Given for our own programs: the name (`ipengine`) that is taken on machines that lack the files of `command`. */
  readonly programName?: string | undefined;
  /** How many; each gets the key "0", "1", … in the handle. */
  readonly n: number;
  /** Stem of the log's name; `-0`, `-1`, … is added when `numbered`. */
  readonly identifier: string;
  /** Name the log of each by its key (engines). */
  readonly numbered: boolean;
  /** Logs go to its folder `log`, which must exist. Set as IPP_PROFILE_DIR. */
  readonly profileDir: string;
  /** Set as IPP_CLUSTER_ID. */
  readonly clusterId: string;
  /** Added to this program's environment, or with undefined taken away. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where they run. */
  readonly workDir: string;
  /** Pause between two starts. */
  readonly delayMs: number;
}

/** More than these are refused: a mistyped -n must not take a machine down. */
const maxProcesses = 10_000;

/** Throws MusterError `bad_option` for a number that cannot be started. */
export function checkCount(n: number): void {
  if (Number.isInteger(n) && n >= 1 && n <= maxProcesses) return;
  throw new MusterError('bad_option', `${n} processes cannot be started.`, `Ask for 1 to ${maxProcesses}.`);
}

/** One started process. */
export interface LaunchedProcess {
  readonly pid: number;
  /** When it began (process identity); undefined when whoever started it kept no note. */
  readonly startedAt?: string | undefined;
  /** Its stdout and stderr; "" when not known. */
  readonly outputFile: string;
}

/** What was started, as plain data. */
export interface LaunchHandle {
  /** As `findLauncher` takes it again: `local`, `ssh`, or the path of a module. */
  readonly launcher: string;
  /** Those whose numbers are known; of a machine that only the launcher knows. None of a job in a queue. */
  readonly processes: Readonly<Record<string, LaunchedProcess>>;
  /** How many controllers or engines that is. Default: a process each. */
  readonly n?: number | undefined;
  /** What else finds it again, under the names of ipyparallel's cluster files (`job_id`, `hostname`, `engines`). */
  readonly state?: JsonObject | undefined;
}

/** How many controllers or engines a handle stands for. */
export const launchedCount = ({ n, processes }: LaunchHandle): number => n ?? Object.keys(processes).length;

export interface EndedProcess extends LaunchedProcess {
  readonly key: string;
  /** Exit status, or the signal's name; undefined when another program than this one started it. */
  readonly exit?: number | string | undefined;
  /** End of its output, where that is no file of this machine. */
  readonly logTail?: string | undefined;
  /** What to do about it, where the launcher knows. */
  readonly remedy?: string | undefined;
}

/** What is to be known of one that is in `running`. */
export interface LaunchNote {
  readonly key: string;
  /** For people: `job 12 waits in the queue`. */
  readonly reason: string;
}

export interface LaunchStatus {
  /** Keys of all that have not ended; a job that waits is one key. */
  readonly running: readonly string[];
  readonly ended: readonly EndedProcess[];
  /** Those of `running` that still wait for the system. */
  readonly waiting?: readonly LaunchNote[];
  /** Those of `running` that cannot be asked now, and so may have ended. */
  readonly unknown?: readonly LaunchNote[];
}

/** The handle of what still runs; undefined when nothing does. */
export function livingPart(handle: LaunchHandle, { running }: LaunchStatus): LaunchHandle | undefined {
  if (running.length === 0) return undefined;
  const processes = Object.entries(handle.processes).filter(([key]) => running.includes(key));
  return { ...handle, processes: Object.fromEntries(processes) };
}

export type LaunchSignal = 'SIGINT' | 'SIGTERM' | 'SIGKILL' | 'SIGUSR1' | 'SIGUSR2' | 'SIGHUP' | 'SIGABRT';

export interface Launcher {
  /** How many there is room for, where settings say so (hosts with their slots): taken when nobody says how many. */
  readonly slots?: number | undefined;
  /** Starts everything or nothing. Throws MusterError `start_failed`. */
  submit(spec: LaunchSpec): Promise<LaunchHandle>;
  status(handle: LaunchHandle): Promise<LaunchStatus>;
  /** Ends what still runs and waits until it is gone. Fine when nothing runs. Throws MusterError `timeout`. */
  remove(handle: LaunchHandle): Promise<void>;
  /** Not every system can. */
  signal?(handle: LaunchHandle, signal: LaunchSignal): Promise<void>;
  /** The end of what they wrote, by key; for those whose output is not a file of this machine. */
  logs?(handle: LaunchHandle): Promise<Readonly<Record<string, string>>>;
}

export type LaunchRole = 'controller' | 'engine';

/** What a launcher is made from. */
export interface LauncherContext {
  readonly role: LaunchRole;
  /** Settings by name: those of `localSettings`, `mpiSettings`, … and all others of the command. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Relative paths in settings begin here: the folder of the profile. */
  readonly configFolder: string;
  /** Told in one line what is not as wished, and goes on. */
  readonly warn: (message: string) => void;
}

/** Default export of a user's own module. */
export type LauncherModule = (context: LauncherContext) => Launcher | Promise<Launcher>;
