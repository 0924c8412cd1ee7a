// One request and what has become of it. The ledger changes it; results and people read it.
import type { EngineRef } from './engine-list.ts';

/** The channels that carry work, by their keys in the connection file. */
export type WorkChannel = 'mux' | 'task' | 'broadcast';

export type TaskStatus = 'pending' | 'ok' | 'error' | 'aborted';

/** Rich output by media type, as in notebooks: `{'text/plain': '…'}`. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** One piece of output, in the order in which the engine made it. */
export type Output =
  | { readonly kind: 'stdout' | 'stderr'; readonly text: string }
  | {
      readonly kind: 'display' | 'result';
      readonly data: MimeBundle;
      readonly metadata: Readonly<Record<string, unknown>>;
    };

/** What is known of one task. Times are microseconds since 1970. */
export interface TaskInfo {
  readonly msgId: string;
  readonly kind: 'apply' | 'execute';
  /** How it was sent: to one engine (mux), to whichever is free (task), to many (broadcast). */
  readonly channel: WorkChannel;
  readonly status: TaskStatus;
  /** Known from the start for direct tasks, else once it was answered. */
  readonly engineUuid: string | undefined;
  readonly engineId: number | undefined;
  readonly submittedUs: number;
  /** When the engine began and ended; undefined when it never ran. */
  readonly startedUs: number | undefined;
  readonly completedUs: number | undefined;
  /** When the answer reached this client. */
  readonly receivedUs: number | undefined;
  /** All that was printed so far. */
  readonly stdout: string;
  readonly stderr: string;
  readonly outputs: readonly Output[];
  /** No more output will come. */
  readonly outputComplete: boolean;
  /** Output was left out: it passed `maxOutputBytes`, or the end of it never came. */
  readonly outputTruncated: boolean;
}

/** Who waits for a task. */
export interface TaskOwner {
  /** The task has its value or error. Told once. */
  settled(task: Task): void;
  printed(task: Task, output: Output): void;
  /** No more output will come. Told once. */
  quiet(task: Task): void;
}

export interface Task extends TaskInfo {
  status: TaskStatus;
  engineUuid: string | undefined;
  engineId: number | undefined;
  startedUs: number | undefined;
  completedUs: number | undefined;
  receivedUs: number | undefined;
  stdout: string;
  stderr: string;
  outputs: Output[];
  outputComplete: boolean;
  outputTruncated: boolean;
  /** The reply is here, or will never come. */
  replied: boolean;
  /** Value or error are here: for `execute` that includes the output. */
  settled: boolean;
  value: unknown;
  error: Error | undefined;
  /** Session of the engine that last said it is done with this task. */
  idleFrom: string | undefined;
  owner: TaskOwner | undefined;
}

const none: Output[] = [];

export const createTask = (
  msgId: string,
  kind: Task['kind'],
  channel: WorkChannel,
  submittedUs: number,
  engine: EngineRef | undefined,
): Task => ({
  msgId,
  kind,
  channel,
  status: 'pending',
  engineUuid: engine?.uuid,
  engineId: engine?.id,
  submittedUs,
  startedUs: undefined,
  completedUs: undefined,
  receivedUs: undefined,
  stdout: '',
  stderr: '',
  outputs: none,
  outputComplete: false,
  outputTruncated: false,
  replied: false,
  settled: false,
  value: undefined,
  error: undefined,
  idleFrom: undefined,
  owner: undefined,
});

/** Adds a piece of output, unless the task has printed too much already. */
export function addOutput(task: Task, output: Output, maxOutputBytes: number): boolean {
  const text = 'text' in output ? output.text : '';
  if (task.stdout.length + task.stderr.length + text.length > maxOutputBytes || task.outputs.length >= maxPieces) {
    task.outputTruncated = true;
    return false;
  }
  if (task.outputs === none) task.outputs = [];
  task.outputs.push(output);
  if (output.kind === 'stdout') task.stdout += text;
  else if (output.kind === 'stderr') task.stderr += text;
  return true;
}

/** Pieces of output that are kept for one task. */
const maxPieces = 100_000;
