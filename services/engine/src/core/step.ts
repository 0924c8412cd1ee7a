// The kernel's machine: one request at a time, in the order of arrival; abort, interrupt and shutdown in between.
import type { Inputs, Step, TimerFired } from '@muster/machine';
import { Outbox } from '@muster/machine';
import type { JsonObject } from '@muster/protocol';
import type { KernelEffect } from './effects.ts';
import type { KernelEvent } from './events.ts';
import { engineInfo, errorOutput, replyContent, replyMetadata, replyType } from './replies.ts';
import type { Failure, Outcome, Request } from './request.ts';
import { failure } from './request.ts';
import type { KernelState, Run } from './state.ts';

type Out = Outbox<never, KernelEffect>;

export const step: Step<KernelState, KernelEvent, never, KernelEffect> = (state, event, inputs) => {
  const out: Out = new Outbox();
  on(state, event, inputs, out);
  startNext(state, inputs, out);
  return out;
};

function on(state: KernelState, event: KernelEvent | TimerFired, inputs: Inputs, out: Out): void {
  switch (event.type) {
    case 'kernel.registered':
      state.id = event.id;
      publish(out, 'status', {}, 'status', { execution_state: 'starting' }, { engine: state.uuid });
      return;
    case 'request.received':
      return onRequest(state, event.request, inputs, out);
    case 'request.refused':
      return refuse(state, event.request, event.failure, inputs, out);
    case 'run.ended':
      return onRunEnded(state, event.run, event.outcome, out);
    case 'abort.asked':
      return onAbort(state, event.msgIds, event.serial, inputs, out);
    case 'aborting.settled':
      return onSettled(state, inputs, out);
    case 'interrupt.asked':
      if (state.running !== undefined && state.held === undefined)
        out.send({ type: 'run.interrupt', run: state.running.number });
      return;
    case 'shutdown.asked':
      return onShutdown(state, event.restart, inputs, out);
    case 'timer.fired':
      return;
  }
}

const isCell = (request: Request): boolean => request.header.msg_type === 'execute_request';
const isWork = (request: Request): boolean => isCell(request) || request.header.msg_type === 'apply_request';
const bytesOf = (request: Request): number => request.buffers.reduce((sum, buffer) => sum + buffer.length, 0);

function onRequest(state: KernelState, request: Request, inputs: Inputs, out: Out): void {
  if (!isWork(request)) return onOtherRequest(state, request, out);
  const asked = state.abortedIds.delete(request.header.msg_id);
  if (asked || state.ending) return abort(state, request, inputs, out);
  const sizeBytes = bytesOf(request);
  if (
    state.waiting.length >= state.settings.maxQueued ||
    (state.waitingBytes + sizeBytes > state.settings.maxQueuedBytes && state.waiting.length > 0)
  )
    return refuse(state, request, tooMany(state), inputs, out);
  state.waiting.push(request);
  state.waitingBytes += sizeBytes;
}

/** Requests of other types get an answer that says so: whoever asked must not wait for ever. */
function onOtherRequest(state: KernelState, request: Request, out: Out): void {
  const { msg_type: msgType } = request.header;
  if (!msgType.endsWith('_request')) return;
  status(state, out, request, 'busy');
  const content: JsonObject =
    msgType === 'kernel_info_request'
      ? state.nature.info
      : {
          ...failure(
            'NotImplementedError',
            `A ${state.nature.label} engine does not know requests of type ${msgType.slice(0, 100)}.`,
          ),
          traceback: [],
          engine_info: engineInfo(state),
        };
  out.send({
    type: 'reply.send',
    request,
    msgType: replyType(msgType),
    metadata: { engine: state.uuid, status: content.status ?? 'ok' },
    content,
    buffers: [],
  });
  status(state, out, request, 'idle');
}

const tooMany = (state: KernelState): Failure =>
  failure('EngineBusy', `${state.waiting.length} requests of ${state.waitingBytes} bytes already wait on this engine.`);

/** An error at once, in the form of any other. */
function refuse(state: KernelState, request: Request, why: Failure, inputs: Inputs, out: Out): void {
  if (!isWork(request)) return onOtherRequest(state, request, out);
  status(state, out, request, 'busy');
  answer(state, request, why, inputs.nowUs, out);
  status(state, out, request, 'idle');
}

function startNext(state: KernelState, inputs: Inputs, out: Out): void {
  if (state.running !== undefined || state.id === undefined || state.ending || state.aborting !== 'nothing') return;
  const request = state.waiting.shift();
  if (request === undefined) return;
  state.waitingBytes -= bytesOf(request);
  const silent = !isCell(request) || request.content.silent === true;
  if (!silent) state.executionCount++;
  const run = { number: ++state.runCount, request, silent, startedUs: inputs.nowUs };
  state.running = run;
  status(state, out, request, 'busy');
  if (!silent)
    publish(
      out,
      'execute_input',
      request.header,
      'execute_input',
      {
        code: typeof request.content.code === 'string' ? request.content.code : '',
        execution_count: state.executionCount,
      },
      { engine: state.uuid },
    );
  out.send({
    type: 'run.start',
    run: run.number,
    kind: isCell(request) ? 'execute' : 'apply',
    request,
    executionCount: state.executionCount,
    silent,
  });
}

function onRunEnded(state: KernelState, number: number, outcome: Outcome, out: Out): void {
  const run = state.running;
  if (run === undefined || run.number !== number || state.held !== undefined) return;
  const stops = outcome.status === 'error' && isCell(run.request) && !run.silent;
  if (!stops || run.request.content.stop_on_error === false) return finish(state, run, outcome, out);
  state.held = outcome;
  out.send({ type: 'output.flush' });
  startAborting(state, 'cells', out);
}

/** Order of §8.3: output, result or error, reply, and idle as the last of all. */
function finish(state: KernelState, run: Run, outcome: Outcome, out: Out): void {
  state.running = undefined;
  const { request } = run;
  const method = isCell(request) ? 'execute' : 'apply';
  out.send({ type: 'output.flush' });
  if (outcome.status === 'error') {
    const content = errorOutput(state, run, method, outcome);
    publish(out, 'error', request.header, 'error', content, { engine: state.uuid });
  } else if (!run.silent && outcome.display !== undefined) {
    const content = { data: outcome.display, metadata: {}, execution_count: state.executionCount };
    publish(out, 'execute_result', request.header, 'execute_result', content, { engine: state.uuid });
  }
  answer(state, request, outcome, run.startedUs, out);
  status(state, out, request, 'idle');
}

function answer(state: KernelState, request: Request, outcome: Outcome, startedUs: number, out: Out): void {
  const content = replyContent(state, isCell(request) ? 'execute' : 'apply', outcome);
  out.send({
    type: 'reply.send',
    request,
    msgType: replyType(request.header.msg_type),
    metadata: replyMetadata(state, request, content, startedUs),
    content,
    buffers: (outcome.status === 'ok' && outcome.buffers) || [],
  });
}

function onAbort(state: KernelState, msgIds: readonly string[], serial: number, inputs: Inputs, out: Out): void {
  if (msgIds.length === 0) {
    state.confirmations.push(serial);
    return startAborting(state, 'everything', out);
  }
  const asked = new Set(msgIds);
  const found = takeWaiting(state, (request) => asked.has(request.header.msg_id));
  for (const request of found) {
    asked.delete(request.header.msg_id);
    abort(state, request, inputs, out);
  }
  // The rest may still be under way to us.
  for (const id of asked) if (id !== state.running?.request.header.msg_id) state.abortedIds.add(id);
  for (const oldest of state.abortedIds) {
    if (state.abortedIds.size <= state.settings.maxAbortedIds) break;
    state.abortedIds.delete(oldest);
  }
  out.send({ type: 'abort.confirm', serial });
}

/** Aborts what waits, as soon as the shell says that everything sent before is here. */
function startAborting(state: KernelState, what: 'cells' | 'everything', out: Out): void {
  if (state.aborting === 'nothing') out.send({ type: 'aborting.settle' });
  if (state.aborting !== 'everything') state.aborting = what;
}

function onSettled(state: KernelState, inputs: Inputs, out: Out): void {
  const { aborting, held, running, confirmations } = state;
  state.aborting = 'nothing';
  state.held = undefined;
  state.confirmations = [];
  if (held !== undefined && running !== undefined) finish(state, running, held, out);
  const aborted = takeWaiting(
    state,
    (request) => aborting === 'everything' || (aborting === 'cells' && isCell(request)),
  );
  for (const request of aborted) abort(state, request, inputs, out);
  for (const serial of confirmations) out.send({ type: 'abort.confirm', serial });
}

function takeWaiting(state: KernelState, wanted: (request: Request) => boolean): Request[] {
  const taken = state.waiting.filter(wanted);
  if (taken.length === 0) return taken;
  state.waiting = state.waiting.filter((request) => !wanted(request));
  state.waitingBytes = state.waiting.reduce((sum, request) => sum + bytesOf(request), 0);
  return taken;
}

function abort(state: KernelState, request: Request, inputs: Inputs, out: Out): void {
  status(state, out, request, 'busy');
  const content = { status: 'aborted' };
  out.send({
    type: 'reply.send',
    request,
    msgType: replyType(request.header.msg_type),
    metadata: replyMetadata(state, request, content, inputs.nowUs),
    content,
    buffers: [],
  });
  status(state, out, request, 'idle');
}

/** Everyone who waits gets an answer; then the end. */
function onShutdown(state: KernelState, restart: boolean, inputs: Inputs, out: Out): void {
  if (state.ending) return;
  state.ending = true;
  for (const request of takeWaiting(state, () => true)) abort(state, request, inputs, out);
  if (state.running !== undefined) {
    const { msg_id: msgId } = state.running.request.header;
    const why = `Engine ${state.id ?? -1} was ${restart ? 'restarted' : 'shut down'} while running task '${msgId}'`;
    finish(state, state.running, state.held ?? failure('EngineError', why), out);
  }
  out.send({ type: 'output.flush' });
  if (!restart) {
    // The hub takes this for the engine's farewell (§7.4); an engine that restarts stays registered.
    publish(out, 'shutdown', {}, 'shutdown_reply', { status: 'ok', restart: false }, {});
  }
  out.send({ type: 'kernel.end', restart });
}

const status = (state: KernelState, out: Out, request: Request, execution_state: 'busy' | 'idle'): void =>
  publish(out, 'status', request.header, 'status', { execution_state }, { engine: state.uuid });

function publish(
  out: Out,
  topic: string,
  parent: JsonObject,
  msgType: string,
  content: JsonObject,
  metadata: JsonObject,
): void {
  out.send({ type: 'iopub.publish', topic, msgType, parent, metadata, content });
}
