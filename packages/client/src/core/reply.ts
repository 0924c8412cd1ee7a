// What a reply says: value or error (§4.1, §4.5).
import type { Frames, JsonObject } from '@muster/protocol';
import { isJsonObject, MusterError } from '@muster/protocol';
import { unpackValue } from '@muster/serialize';
import { RemoteError } from '../remote-errors.ts';
import type { MimeBundle, Task } from './task.ts';

/** The end of a task as its reply has it. */
export type Outcome =
  | { readonly status: 'ok'; readonly value: unknown; readonly used: number }
  | { readonly status: 'error' | 'aborted'; readonly error: Error };

/** What `execute` gives. The output is complete by then. */
export interface ExecuteResult {
  readonly executionCount: number;
  /** The value of the last expression by media type; undefined when there was none. */
  readonly data: MimeBundle | undefined;
  /** The same as plain text. */
  readonly text: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Reads a reply; `buffers` may go on behind this task's value (coalesced broadcasts). */
export function readOutcome(task: Task, content: JsonObject, buffers: Frames): Outcome {
  if (content.status === 'aborted')
    return {
      status: 'aborted',
      error: remoteError(task, { ename: 'TaskAborted', evalue: `Task ${task.msgId} was aborted` }),
    };
  if (content.status !== 'ok')
    return { status: 'error', error: notForPython(task, content) ?? remoteError(task, content) };
  // The value of execute is made when its output is complete.
  if (task.kind === 'execute') return { status: 'ok', value: Number(content.execution_count ?? 0), used: 0 };
  try {
    return { status: 'ok', ...unpackValue(buffers) };
  } catch (error) {
    return {
      status: 'error',
      error: error instanceof MusterError ? error : new MusterError('bad_value', String(error)),
    };
  }
}

/**
 * The error of a Python engine that was sent a call of ours, in words that help. Where the controller tells what engines
 * run, such calls are not even sent.
 */
function notForPython(task: Task, { traceback }: JsonObject): MusterError | undefined {
  if (task.kind !== 'apply' || !Array.isArray(traceback)) return undefined;
  if (!traceback.some((line) => String(line).includes('unpack_apply_message'))) return undefined;
  const which = task.engineId === undefined ? 'the engine' : `engine ${task.engineId}`;
  return new MusterError('wrong_kernel', `${which} runs python: functions, push and pull need Node engines`);
}

/** An engine made this reply, so `idle` will follow it on iopub (§4.1). */
export const isEngineMade = (content: JsonObject): boolean =>
  content.status === 'ok' || (isJsonObject(content.engine_info) && Object.keys(content.engine_info).length > 0);

/** The error of a task's reply; also of replies that lack parts of it. */
export const remoteError = (task: Task, content: JsonObject): RemoteError =>
  remoteErrorOf(content, task.msgId, task.engineId, task.engineUuid);

/** The error of a reply of the hub: refusals that have a remedy are MusterErrors. */
export const hubErrorOf = (content: JsonObject, msgId: string, engineId?: number): RemoteError | MusterError =>
  content.ename === 'ResultExpired'
    ? new MusterError('result_expired', typeof content.evalue === 'string' ? content.evalue : undefined)
    : remoteErrorOf(content, msgId, engineId);

/** The hub has no record of the task that was asked for, for the reason that the error gives. */
export const isMissing = (error: unknown): error is RemoteError | MusterError =>
  error instanceof RemoteError
    ? error.ename === 'KeyError'
    : error instanceof MusterError && error.code === 'result_expired';

/** The error of an error content (§4.1). What the content says of the engine goes before what we know. */
function remoteErrorOf(content: JsonObject, msgId: string, engineId?: number, engineUuid?: string): RemoteError {
  const text = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);
  const traceback = Array.isArray(content.traceback)
    ? content.traceback.filter((line) => typeof line === 'string')
    : [];
  const info = isJsonObject(content.engine_info) ? content.engine_info : {};
  return new RemoteError({
    ename: text(content.ename, 'Error'),
    evalue: text(content.evalue, ''),
    traceback,
    engineId: typeof info.engine_id === 'number' ? info.engine_id : engineId,
    engineUuid: typeof info.engine_uuid === 'string' ? info.engine_uuid : engineUuid,
    msgId,
  });
}

export function executeResult(task: Task): ExecuteResult {
  const result = task.outputs.findLast((output) => output.kind === 'result');
  const data = result !== undefined && 'data' in result ? result.data : undefined;
  const text = data?.['text/plain'];
  return {
    executionCount: task.value as number,
    data,
    text: typeof text === 'string' ? text : undefined,
    stdout: task.stdout,
    stderr: task.stderr,
  };
}
