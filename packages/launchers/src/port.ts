// What a launcher is: three calls and plain data. A handle survives a restart of the program that made it, so it can be
// kept in a file and used by another command.

/** What to start. */
export interface LaunchSpec {
  /** The program and its arguments; no shell. */
  readonly command: readonly [program: string, ...args: string[]];
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
  readonly launcher: string;
  readonly processes: Readonly<Record<string, LaunchedProcess>>;
}

export interface EndedProcess extends LaunchedProcess {
  readonly key: string;
  /** Exit status, or the signal's name; undefined when another program than this one started it. */
  readonly exit?: number | string | undefined;
}

export interface LaunchStatus {
  readonly running: readonly string[];
  readonly ended: readonly EndedProcess[];
}

export type LaunchSignal = 'SIGINT' | 'SIGTERM' | 'SIGKILL' | 'SIGUSR1' | 'SIGUSR2' | 'SIGHUP' | 'SIGABRT';

export interface Launcher {
  /** Starts everything or nothing. Throws MusterError `start_failed`. */
  submit(spec: LaunchSpec): Promise<LaunchHandle>;
  status(handle: LaunchHandle): Promise<LaunchStatus>;
  /** Ends what still runs and waits until it is gone. Fine when nothing runs. Throws MusterError `timeout`. */
  remove(handle: LaunchHandle): Promise<void>;
  /** Not every system can. */
  signal?(handle: LaunchHandle, signal: LaunchSignal): Promise<void>;
}
