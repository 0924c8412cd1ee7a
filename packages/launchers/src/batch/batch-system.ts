// What a batch system is, as data: its commands, the prefix of its directives, and how its answers are read. One small file a system.
import type { Job } from '../pbs/parse-qstat.ts';
import type { LaunchRole } from '../port.ts';

/** By what they are about, lines of directives, each a template; or options of directives. */
export interface About<T> {
  readonly queue: T;
  /** Output that the script itself does not send elsewhere. */
  readonly output: T;
  /** A task for each of n engines. */
  readonly array: T;
  /** Further settings of the system's class: added when they are given. */
  readonly account?: T;
  readonly qos?: T;
  readonly timelimit?: T;
  readonly options?: T;
}

/** Names of settings that not every system has. */
export const furtherSettings = ['account', 'qos', 'timelimit', 'options'] as const;

export interface BatchSystem {
  /** As in cluster files. */
  readonly name: string;
  /** Its classes begin so: `PBS` of `PBSEngineSetLauncher`. */
  readonly stem: string;
  /** Begins a line of directives: `#PBS`. */
  readonly prefix: string;
  readonly directives: About<string>;
  /** Options of its directives by which a template says itself what else would be added. */
  readonly options: About<readonly string[]>;
  /** Scripts for those who have none of their own, without what is added: for engines, one task each. */
  readonly templates: Readonly<Record<LaunchRole, string>>;
  /** Have jobs of engines a task each, by `directives.array`? Else the template starts them all. */
  readonly engineTasks: boolean;
  /** Variables with the index of a task, from 1 on. */
  readonly taskVariables: readonly string[];
  /** The id of a job in what is said when it is submitted; undefined when it is not there. Pure. */
  readonly jobIdIn: (said: string) => string | undefined;
  readonly statusCommand: (jobId: string) => readonly [string, ...string[]];
  /** Its tasks, or itself. Pure. */
  readonly jobsIn: (answer: string, jobId: string) => readonly Job[];
  /** What it complains of when a job has left. */
  readonly hasLeft: RegExp;
  /** Line of shell that lists the queues. */
  readonly listQueues: string;
  /** Where the commands come from. */
  readonly install: string;
  /** Asked before tasks are used, where versions differ in that. */
  readonly versions?: {
    readonly command: readonly [string, ...string[]];
    readonly array: (answer: string) => string;
  };
}
