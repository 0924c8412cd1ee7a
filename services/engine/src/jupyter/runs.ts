// Runs cells in a Jupyter kernel for the core, and turns what the kernel says into outcomes and output (§8.3).
import type { Frames, JsonObject, Message } from '@muster/protocol';
import type { Failure, KernelEffect, Outcome, Request } from '../core/index.ts';
import { failure, wrongKernel } from '../core/index.ts';
import type { Publication } from '../kernel/wire.ts';

type Start = Extract<KernelEffect, { type: 'run.start' }>;

export interface JupyterRuns {
  /** Whether a cell runs. */
  readonly busy: boolean;
  start(effect: Start): void;
  /** An interrupt has been sent to the kernel: how the run ends then is its doing. */
  interrupted(): void;
  onReply(message: Message): void;
  onIopub(message: Message): void;
}

export interface RunsOptions {
  /** Name of the kernel, for errors. */
  readonly kernel: string;
  /** Sends an execute_request; gives its msg_id. */
  readonly execute: (content: JsonObject) => string;
  readonly publish: (message: Publication) => void;
  readonly onEnded: (run: number, outcome: Outcome) => void;
}

interface Current {
  readonly run: number;
  readonly msgId: string;
  reply: JsonObject | undefined;
  /** All its output has come. */
  idle: boolean;
  /** What it published as an error. */
  error: JsonObject | undefined;
  interrupted: boolean;
  patience: NodeJS.Timeout | undefined;
}

/** Threads that a cell has left behind still write; that many cells back it is known whose. */
const keptParents = 1000;

/** A kernel that has answered and does not say that it is idle. */
const idleLimitMs = 2000;

/** Its own states, and what belongs to front ends that are not there. */
const unpublished = new Set(['execute_input', 'iopub_welcome', 'shutdown_reply', 'debug_event']);

export function createJupyterRuns({ kernel, execute, publish, onEnded }: RunsOptions): JupyterRuns {
  const parents = new Map<string, JsonObject>();
  let current: Current | undefined;

  function remember(msgId: string, parent: JsonObject): void {
    parents.set(msgId, parent);
    if (parents.size > keptParents) parents.delete(parents.keys().next().value!);
  }
  function endIfDone(patient = true): void {
    if (current?.reply === undefined) return;
    if (!current.idle && patient) {
      current.patience ??= setTimeout(endIfDone, idleLimitMs, false);
      return;
    }
    const { run, reply, error, interrupted, msgId } = current;
    clearTimeout(current.patience);
    current = undefined;
    // The core publishes the error of an outcome.
    if (error !== undefined && reply.status === 'ok') pass('error', 'error', msgId, error, []);
    onEnded(run, readReply(reply, error, interrupted));
  }
  function pass(topic: string, msgType: string, msgId: string | undefined, content: JsonObject, buffers: Frames): void {
    const parent = (msgId === undefined ? undefined : parents.get(msgId)) ?? {};
    publish({ topic, msgType, parent, metadata: {}, content, buffers });
  }
  return {
    get busy() {
      return current !== undefined;
    },
    start({ kind, request, run }) {
      if (kind === 'apply') return onEnded(run, refuseCall(request, kernel));
      const content = cellOf(request);
      if (content === undefined) return onEnded(run, failure('TypeError', 'content.code is no text'));
      const msgId = execute(content);
      remember(msgId, request.header);
      current = {
        run,
        msgId,
        reply: undefined,
        idle: false,
        error: undefined,
        interrupted: false,
        patience: undefined,
      };
    },
    interrupted() {
      if (current !== undefined) current.interrupted = true;
    },
    onReply(message) {
      if (current === undefined || message.parentId !== current.msgId) return;
      current.reply = message.content;
      endIfDone();
    },
    onIopub(message) {
      const { header, content, parentId } = message;
      const { msg_type: msgType } = header;
      const isCurrent = current !== undefined && parentId === current.msgId;
      if (msgType === 'status') {
        if (!isCurrent || content.execution_state !== 'idle') return;
        current!.idle = true;
        return endIfDone();
      }
      if (unpublished.has(msgType) || msgType.startsWith('comm_')) return;
      if (msgType === 'error' && isCurrent) {
        current!.error = content;
        return;
      }
      pass(topicOf(msgType, content), msgType, parentId, content, message.buffers);
    },
  };
}

function topicOf(msgType: string, content: JsonObject): string {
  if (msgType === 'stream') return content.name === 'stderr' ? 'stderr' : 'stdout';
  return msgType === 'execute_result' || msgType === 'error' ? msgType : 'displaypub';
}

/** Content of the kernel's execute_request. What to do after an error is the core's affair, and nobody is there to be asked. */
function cellOf({ content }: Request): JsonObject | undefined {
  const { code, silent, store_history: history, user_expressions: expressions } = content;
  if (typeof code !== 'string') return undefined;
  const isSilent = silent === true;
  return {
    code,
    silent: isSilent,
    store_history: !isSilent && history !== false,
    user_expressions: isObject(expressions) ? expressions : {},
    allow_stdin: false,
    stop_on_error: false,
  };
}

function readReply(reply: JsonObject, error: JsonObject | undefined, interrupted: boolean): Outcome {
  if (reply.status === 'ok')
    return isObject(reply.user_expressions)
      ? { status: 'ok', userExpressions: reply.user_expressions }
      : { status: 'ok' };
  if (reply.status === 'error') return readError(reply, error);
  return interrupted
    ? failure('KeyboardInterrupt', 'The code was interrupted.')
    : failure('Aborted', 'The kernel did not finish this code.');
}

/** Some kernels say more of an error in their output than in their answer. */
function readError(reply: JsonObject, output: JsonObject = {}): Failure {
  const ename = textOf(reply.ename) || textOf(output.ename) || 'Error';
  const evalue = textOf(reply.evalue) || textOf(output.evalue);
  const traceback = linesOf(reply.traceback) ?? linesOf(output.traceback) ?? [`${ename}: ${evalue}`];
  return { status: 'error', ename, evalue, traceback };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const linesOf = (value: unknown): string[] | undefined =>
  Array.isArray(value) && value.length > 0 ? value.map(String) : undefined;
const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Functions are serialized for the engines of one language; a Jupyter kernel takes code. */
const refuseCall = ({ balanced }: Request, kernel: string): Failure =>
  failure(
    balanced ? wrongKernel : 'NotImplementedError',
    `This engine leads the Jupyter kernel ${kernel}: it runs code (execute), no functions (apply, map, push, pull).`,
  );
